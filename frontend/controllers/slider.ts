import { Controller } from "@hotwired/stimulus";

/** Says beside a slider (`score`) what it stands at (`value`). */
export default class extends Controller<HTMLElement> {
  static override targets = ["score", "value"];
  declare readonly scoreTarget: HTMLInputElement;
  declare readonly valueTarget: HTMLElement;

  override connect(): void {
    this.element.addEventListener("input", this.#say);
    this.element.addEventListener("draft:restored", this.#say);
    this.#say();
  }

  override disconnect(): void {
    this.element.removeEventListener("input", this.#say);
    this.element.removeEventListener("draft:restored", this.#say);
  }

  #say = (): void => {
    this.valueTarget.textContent = this.scoreTarget.value;
  };
}
