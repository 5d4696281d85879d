import { Controller } from "@hotwired/stimulus";

/** A native dialog: closed by its buttons and by a press on the backdrop; what htmx put in is dropped at close. */
export default class extends Controller<HTMLDialogElement> {
  #pressedOutside = false;

  override connect(): void {
    this.element.addEventListener("pointerdown", this.#press);
    this.element.addEventListener("click", this.#release);
    this.element.addEventListener("close", this.#closed);
  }

  override disconnect(): void {
    this.element.removeEventListener("pointerdown", this.#press);
    this.element.removeEventListener("click", this.#release);
    this.element.removeEventListener("close", this.#closed);
  }

  close(): void {
    this.element.close();
  }

  #press = (event: PointerEvent): void => {
    this.#pressedOutside = event.target === this.element;
  };

  #release = (event: MouseEvent): void => {
    // A form with something typed stays open: only its buttons or Escape close it.
    const typed = this.element.querySelector("[data-typed]");
    if (this.#pressedOutside && event.target === this.element && !typed) this.element.close();
  };

  #closed = (): void => {
    this.element.querySelector(":scope > .dialog-slot")?.replaceChildren();
  };
}
