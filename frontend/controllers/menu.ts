import { Controller } from "@hotwired/stimulus";

const GAP = 4;

/** A button with a panel under it: menus (arrow keys move, letters jump) and small panels with controls. */
export default class extends Controller<HTMLElement> {
  static override targets = ["button", "panel"];
  declare readonly buttonTarget: HTMLButtonElement;
  declare readonly panelTarget: HTMLElement;

  override connect(): void {
    this.buttonTarget.popoverTargetElement = this.panelTarget;
    this.buttonTarget.setAttribute("aria-haspopup", this.panelTarget.getAttribute("role") === "menu" ? "menu" : "dialog");
    this.buttonTarget.setAttribute("aria-expanded", "false");
    this.panelTarget.addEventListener("toggle", this.#toggled);
    this.panelTarget.addEventListener("keydown", this.#key);
    this.panelTarget.addEventListener("click", this.#clicked);
    this.buttonTarget.addEventListener("keydown", this.#openByArrow);
  }

  override disconnect(): void {
    this.panelTarget.removeEventListener("toggle", this.#toggled);
    this.panelTarget.removeEventListener("keydown", this.#key);
    this.panelTarget.removeEventListener("click", this.#clicked);
    this.buttonTarget.removeEventListener("keydown", this.#openByArrow);
  }

  close(): void {
    this.panelTarget.hidePopover();
  }

  get #items(): HTMLElement[] {
    return [...this.panelTarget.querySelectorAll<HTMLElement>("[role^=menuitem]:not([hidden], :disabled)")];
  }

  #toggled = (event: Event): void => {
    const open = (event as ToggleEvent).newState === "open";
    this.buttonTarget.setAttribute("aria-expanded", String(open));
    if (!open) {
      removeEventListener("scroll", this.#followed, true);
      removeEventListener("resize", this.#place);
      return;
    }
    this.#place();
    addEventListener("scroll", this.#followed, true);
    addEventListener("resize", this.#place);
    const first = this.panelTarget.querySelector<HTMLElement>("[autofocus]") ?? this.#items[0] ?? this.panelTarget.querySelector<HTMLElement>("input, select, button, a");
    first?.focus({ preventScroll: true });
  };

  #followed = (event: Event): void => {
    if (!this.panelTarget.contains(event.target as Node)) this.#place();
  };

  /** Under the button, aligned with the side that has room; above it when there is none below. */
  #place = (): void => {
    const button = this.buttonTarget.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.panelTarget;
    const right = document.documentElement.clientWidth - GAP * 2;
    const left = button.left + width > right ? Math.max(GAP * 2, button.right - width) : button.left;
    const below = button.bottom + GAP + height <= innerHeight - GAP;
    const top = below ? button.bottom + GAP : Math.max(GAP * 2, button.top - GAP - height);
    Object.assign(this.panelTarget.style, { left: `${Math.min(left, Math.max(GAP * 2, right - width))}px`, top: `${top}px` });
  };

  #openByArrow = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" || this.panelTarget.matches(":popover-open")) return;
    event.preventDefault();
    this.panelTarget.showPopover();
  };

  #clicked = (event: Event): void => {
    if ((event.target as Element).closest("[role^=menuitem]:not([data-stay])")) this.close();
  };

  #key = (event: KeyboardEvent): void => {
    if (this.panelTarget.getAttribute("role") !== "menu") return;
    const items = this.#items;
    const at = items.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    let next = moves[event.key];
    if (next === undefined && event.key.length === 1 && /\p{L}/u.test(event.key)) {
      const letter = event.key.toLowerCase();
      next = [...items.keys()].map((offset) => (at + 1 + offset) % items.length).find((index) => items[index]?.textContent?.trim().toLowerCase().startsWith(letter));
    }
    if (next === undefined) {
      if (event.key === "Tab") this.close();
      return;
    }
    event.preventDefault();
    items.at(next % items.length)?.focus();
  };
}
