import { Controller } from "@hotwired/stimulus";

const DELAY_MS = 450;
const NAMES = "[data-tooltip], [data-nav-collapsed] [data-tooltip-collapsed]";

/** The one tooltip of the page, for elements with `data-tooltip`. It repeats their name, so it is no description. */
export default class extends Controller<HTMLElement> {
  #owner: HTMLElement | null = null;
  #timer = 0;

  override connect(): void {
    document.addEventListener("pointerover", this.#enter);
    document.addEventListener("focusin", this.#enter);
    for (const name of ["pointerdown", "keydown", "focusout"]) document.addEventListener(name, this.#hide);
    document.addEventListener("scroll", this.#hide, true);
  }

  override disconnect(): void {
    document.removeEventListener("pointerover", this.#enter);
    document.removeEventListener("focusin", this.#enter);
    for (const name of ["pointerdown", "keydown", "focusout"]) document.removeEventListener(name, this.#hide);
    document.removeEventListener("scroll", this.#hide, true);
  }

  #enter = (event: Event): void => {
    const owner = (event.target as Element).closest<HTMLElement>(NAMES);
    if (owner === this.#owner) return;
    this.#hide();
    if (!owner || (event.type === "focusin" && !owner.matches(":focus-visible")) || matchMedia("(hover: none)").matches) return;
    this.#owner = owner;
    this.#timer = window.setTimeout(() => this.#show(owner), DELAY_MS);
  };

  #hide = (): void => {
    clearTimeout(this.#timer);
    this.#owner = null;
    if (this.element.matches(":popover-open")) this.element.hidePopover();
  };

  #show(owner: HTMLElement): void {
    const words = owner.dataset["tooltip"] || owner.textContent?.trim() || "";
    if (!words || !owner.isConnected || owner.getAttribute("aria-expanded") === "true") return;
    this.element.textContent = words;
    this.element.showPopover();
    const box = owner.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const left = Math.min(Math.max(6, box.left + box.width / 2 - width / 2), innerWidth - width - 6);
    const top = box.bottom + height + 8 < innerHeight ? box.bottom + 6 : box.top - height - 6;
    Object.assign(this.element.style, { left: `${left}px`, top: `${top}px` });
  }
}
