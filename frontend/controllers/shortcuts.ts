import { Controller } from "@hotwired/stimulus";
import { topDialog } from "../lib/dialogs";

const SEQUENCE_MS = 2000;

/**
 * Keys without a modifier, never while typing: g + letter goes to [data-go=letter], "/" focuses the list's search,
 * "?" opens this dialog, any other letter presses [data-shortcut=letter] of the page (n adds a record).
 */
export default class extends Controller<HTMLDialogElement> {
  #going = -Infinity;

  override connect(): void {
    document.addEventListener("keydown", this.#second, true);
    document.addEventListener("keydown", this.#key);
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.#second, true);
    document.removeEventListener("keydown", this.#key);
  }

  /** The letter after g comes here before lists and calendars, which have a use for j and k of their own. */
  #second = (event: KeyboardEvent): void => {
    if (performance.now() - this.#going >= SEQUENCE_MS || isElsewhere(event) || !this.#go(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #key = (event: KeyboardEvent): void => {
    if (!event.defaultPrevented && !isElsewhere(event) && this.#press(event.key)) event.preventDefault();
  };

  #go(letter: string): boolean {
    this.#going = -Infinity;
    const href = this.element.querySelector<HTMLElement>(`[data-go="${CSS.escape(letter)}"]`)?.dataset["href"];
    if (href) location.assign(href);
    return href !== undefined;
  }

  #press(key: string): boolean {
    if (key === "g") this.#going = performance.now();
    else if (key === "?") this.element.showModal();
    else if (key === "/") {
      const search = document.querySelector<HTMLElement>("[data-list-search]") ?? document.querySelector<HTMLElement>("[data-palette-open]");
      search?.focus();
      if (search instanceof HTMLInputElement) search.select();
      else search?.click();
    } else {
      const target = key.length === 1 ? document.querySelector<HTMLElement>(`[data-shortcut="${CSS.escape(key)}"]`) : null;
      target?.click();
      return target !== null;
    }
    return true;
  }
}

function isElsewhere(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || topDialog() !== null;
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select"));
}
