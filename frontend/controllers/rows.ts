import { Controller } from "@hotwired/stimulus";
import { topDialog } from "../lib/dialogs";
import { isTyping } from "./shortcuts";

/** Keys of a list: j and k walk its rows (`row` targets), x selects, o opens, Enter works on the focused link. `current` tells the row. */
export default class extends Controller<HTMLElement> {
  static override targets = ["row"];
  declare readonly rowTargets: HTMLElement[];

  override connect(): void {
    document.addEventListener("keydown", this.#key);
    this.element.addEventListener("focusin", this.#focused);
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.#key);
    this.element.removeEventListener("focusin", this.#focused);
  }

  #key = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || topDialog()) return;
    const rows = this.rowTargets;
    const at = rows.findIndex((row) => row.classList.contains("is-current"));
    const arrows = this.#mayTakeArrows(event.target as Element);
    if (event.key === "j" || (arrows && event.key === "ArrowDown")) this.#walk(rows[Math.min(at + 1, rows.length - 1)]);
    else if (event.key === "k" || (arrows && event.key === "ArrowUp")) this.#walk(rows[Math.max(at - 1, 0)]);
    else if (event.key === "x") rows[at]?.querySelector<HTMLElement>("input[type=checkbox]")?.click();
    else if (event.key === "o") rows[at]?.querySelector<HTMLElement>("a")?.click();
    else return;
    event.preventDefault();
  };

  /** Beside a record the arrow keys walk the rows; elsewhere they scroll. */
  #mayTakeArrows(target: Element): boolean {
    return this.element.closest(".is-split") !== null && (target === document.body || this.element.contains(target));
  }

  #walk(row: HTMLElement | undefined): void {
    const target = row?.querySelector<HTMLElement>(".cell-title a, a") ?? row;
    target?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
    this.#mark(row);
  }

  #focused = (event: FocusEvent): void => {
    const row = this.rowTargets.find((one) => one.contains(event.target as Node));
    if (row) this.#mark(row);
  };

  #mark(row: HTMLElement | undefined): void {
    for (const other of this.rowTargets) other.classList.toggle("is-current", other === row);
    if (row) this.dispatch("current", { detail: { key: row.dataset["key"] ?? "" } });
  }
}
