import { Controller } from "@hotwired/stimulus";
import { htmx } from "../lib/htmx";
import { isCommand, keep } from "../lib/typed_ahead";

const TYPED_INTO = "input[type=text], input[type=search], input[type=email], input[type=tel], input[type=url], input[type=number], input:not([type]), textarea";

/**
 * The cells of a list by keyboard (the grid pattern of WAI-ARIA): arrow keys go from cell to cell, Home and End along
 * the row, with Ctrl to the first and last row; a letter on a cell that can be changed begins to change it, Escape goes
 * back to the row's title; a click makes a cell the one that keys are for. The title and the box of a row are their links and boxes themselves; Tab goes on from them
 * as ever. One cell at a time is a stop of the Tab key. What is pasted on a cell that can be changed is sent to `paste`
 * with the rows and columns from there, which shows what would change.
 */
export default class extends Controller<HTMLTableElement> {
  static override values = { paste: String };
  declare readonly pasteValue: string;

  #stop: HTMLElement | null = null;
  #begun: HTMLElement | null = null;

  override connect(): void {
    this.element.addEventListener("keydown", this.#key);
    this.element.addEventListener("focusin", this.#focused);
    this.element.addEventListener("click", this.#clicked);
    document.addEventListener("paste", this.#paste);
  }

  override disconnect(): void {
    this.element.removeEventListener("keydown", this.#key);
    this.element.removeEventListener("focusin", this.#focused);
    this.element.removeEventListener("click", this.#clicked);
    document.removeEventListener("paste", this.#paste);
  }

  #key = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const cell = target.closest<HTMLTableCellElement>("tr[data-key] > td");
    if (!cell || event.defaultPrevented || (event.altKey && isCommand(event)) || (event.shiftKey && event.key.length > 1) || target.closest(".is-editing")) return;
    const to = this.#destination(event, cell, target);
    if (to) this.#go(to);
    else if (target !== cell || !this.#act(event, cell)) return;
    event.preventDefault();
  };

  #destination(event: KeyboardEvent, cell: HTMLTableCellElement, target: HTMLElement): HTMLElement | undefined {
    const row = cell.parentElement as HTMLTableRowElement;
    const control = event.ctrlKey || event.metaKey;
    const rows = this.#rows;
    const at = rows.indexOf(row);
    if (event.key === "Home") return (control ? rows[0]! : row).cells[0];
    if (event.key === "End") return [...(control ? rows.at(-1)! : row).cells].at(-1);
    if (control) return undefined;
    if (event.key === "ArrowRight") return row.cells[cell.cellIndex + 1];
    if (event.key === "ArrowLeft") return row.cells[cell.cellIndex - 1];
    if (target !== cell && this.element.closest(".is-split")) return undefined; // the rows are walked there
    if (event.key === "ArrowDown") return rows[at + 1]?.cells[cell.cellIndex];
    if (event.key === "ArrowUp") return rows[at - 1]?.cells[cell.cellIndex];
    return undefined;
  }

  #go(cell: HTMLElement): void {
    const inside = cell.matches(".cell-title, .cell-check") ? cell.querySelector<HTMLElement>("a, input") : null;
    if (!inside) {
      if (this.#stop && this.#stop !== cell) this.#stop.tabIndex = -1;
      this.#stop = cell;
      cell.tabIndex = 0;
    }
    (inside ?? cell).focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** A cell that is clicked is where the keys go from then on; words that were marked in it stay marked. */
  #clicked = (event: MouseEvent): void => {
    const target = event.target as HTMLElement;
    const cell = target.closest<HTMLTableCellElement>("tr[data-key] > td[data-field]");
    if (cell && !cell.contains(document.activeElement) && !target.closest("a, button, input, select, textarea, label") && getSelection()?.isCollapsed !== false) this.#go(cell);
  };

  /** What a key does on the cell itself; whether it does anything. */
  #act(event: KeyboardEvent, cell: HTMLElement): boolean {
    if (isCommand(event)) return false;
    if (event.key === "Escape") cell.parentElement?.querySelector<HTMLElement>(".cell-title a")?.focus();
    else if (event.key === "Enter") cell.querySelector<HTMLElement>("a")?.click();
    else if (event.key.length === 1 && event.key !== " " && cell.dataset["field"]) this.#type(event, cell);
    else return false;
    return true;
  }

  /** The letter and those that follow it go into the control when it is there. */
  #type(event: KeyboardEvent, cell: HTMLElement): void {
    this.#begun = cell;
    cell.dispatchEvent(new KeyboardEvent("keydown", { key: "F2", bubbles: true, cancelable: true }));
    keep(event);
  }

  #paste = (event: ClipboardEvent): void => {
    const cell = document.activeElement;
    const words = event.clipboardData?.getData("text/plain");
    if (!(cell instanceof HTMLTableCellElement) || !cell.dataset["field"] || !this.element.contains(cell) || !words || !this.pasteValue) return;
    event.preventDefault();
    const rows = this.#rows;
    const row = cell.parentElement as HTMLTableRowElement;
    const values = {
      key: rows.slice(rows.indexOf(row)).map((one) => one.dataset["key"] ?? ""),
      field: [...row.cells].slice(cell.cellIndex).map((one) => one.dataset["field"] ?? ""),
      text: words,
    };
    void htmx.ajax("post", this.pasteValue, { source: this.element, target: "#dialog-slot", swap: "innerHTML", values });
  };

  get #rows(): HTMLTableRowElement[] {
    return [...this.element.querySelectorAll<HTMLTableRowElement>("tr[data-key]")].filter((one) => one.checkVisibility());
  }

  #focused = (event: FocusEvent): void => {
    const control = event.target as HTMLInputElement;
    if (!this.#begun || control === this.#begun) return;
    // What is typed on a cell takes the place of its value.
    if (this.#begun.contains(control) && control.matches(TYPED_INTO)) control.select();
    this.#begun = null;
  };
}
