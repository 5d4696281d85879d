import { Controller } from "@hotwired/stimulus";

/** A text that is higher than its style allows is folded; the button shows all of it and folds it again. */
export default class extends Controller<HTMLElement> {
  static override targets = ["text", "button"];
  declare readonly textTarget: HTMLElement;
  declare readonly buttonTarget: HTMLButtonElement;

  #size = new ResizeObserver(() => this.#measure());

  override connect(): void {
    if (!this.#isOpen) this.element.classList.add("is-folded");
    this.#size.observe(this.textTarget);
  }

  override disconnect(): void {
    this.#size.disconnect();
  }

  toggle(): void {
    const isOpen = !this.#isOpen;
    this.buttonTarget.setAttribute("aria-expanded", String(isOpen));
    this.buttonTarget.textContent = this.buttonTarget.dataset[isOpen ? "less" : "more"]!;
    this.element.classList.toggle("is-folded", !isOpen);
  }

  get #isOpen(): boolean {
    return this.buttonTarget.getAttribute("aria-expanded") === "true";
  }

  #measure(): void {
    if (this.#isOpen) return;
    const isLong = this.textTarget.scrollHeight > this.textTarget.clientHeight + 1;
    this.buttonTarget.hidden = !isLong;
    this.element.classList.toggle("is-long", isLong);
  }
}
