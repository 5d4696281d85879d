import { Controller } from "@hotwired/stimulus";
import { setCookie } from "../lib/storage";

/** The frame: navigation as a drawer on phones, narrowed on wide screens; keyboard scrolling of the sheet. */
export default class extends Controller<HTMLElement> {
  static override targets = ["main", "open", "collapse", "nav"];
  declare readonly mainTarget: HTMLElement;
  declare readonly openTarget: HTMLElement;
  declare readonly collapseTarget: HTMLElement;
  declare readonly navTarget: HTMLElement;

  override connect(): void {
    document.addEventListener("keydown", this.#key);
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.#key);
  }

  openNav(): void {
    this.element.toggleAttribute("data-nav-open", true);
    this.openTarget.setAttribute("aria-expanded", "true");
    (this.navTarget.querySelector<HTMLElement>("[aria-current]") ?? this.navTarget.querySelector("a"))?.focus();
  }

  closeNav(): void {
    if (!this.element.hasAttribute("data-nav-open")) return;
    this.element.removeAttribute("data-nav-open");
    this.openTarget.setAttribute("aria-expanded", "false");
    this.openTarget.focus();
  }

  toggleCollapsed(): void {
    const collapsed = this.element.toggleAttribute("data-nav-collapsed");
    this.collapseTarget.setAttribute("aria-pressed", String(collapsed));
    setCookie("nav", collapsed ? "collapsed" : "open");
  }

  #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.closeNav();
    if (event.defaultPrevented || document.activeElement !== document.body || event.ctrlKey || event.altKey) return;
    const page = this.mainTarget.clientHeight * 0.9;
    const steps: Record<string, number> = { PageDown: page, PageUp: -page, " ": event.shiftKey ? -page : page, ArrowDown: 40, ArrowUp: -40, Home: -1e7, End: 1e7 };
    const step = steps[event.key];
    if (step === undefined || this.mainTarget.scrollHeight <= this.mainTarget.clientHeight) return;
    event.preventDefault();
    this.mainTarget.scrollBy({ top: step });
  };
}
