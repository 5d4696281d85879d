import { Controller } from "@hotwired/stimulus";

/** A text area as tall as its text. */
export default class extends Controller<HTMLTextAreaElement> {
  override connect(): void {
    this.element.addEventListener("input", this.#fit);
    this.element.addEventListener("draft:restored", this.#fit);
    requestAnimationFrame(this.#fit);
  }

  override disconnect(): void {
    this.element.removeEventListener("input", this.#fit);
    this.element.removeEventListener("draft:restored", this.#fit);
  }

  #fit = (): void => {
    if (!this.element.value) {
      this.element.style.height = "";
      return;
    }
    this.element.style.height = "auto";
    this.element.style.height = `${Math.min(this.element.scrollHeight + 2, innerHeight * 0.6)}px`;
  };
}
