import { Controller } from "@hotwired/stimulus";

/** Shows its element while the browser is offline. */
export default class extends Controller<HTMLElement> {
  override connect(): void {
    this.#update();
    addEventListener("online", this.#update);
    addEventListener("offline", this.#update);
  }

  override disconnect(): void {
    removeEventListener("online", this.#update);
    removeEventListener("offline", this.#update);
  }

  #update = (): void => {
    this.element.hidden = navigator.onLine;
  };
}
