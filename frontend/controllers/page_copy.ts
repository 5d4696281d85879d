import { Controller } from "@hotwired/stimulus";
import { topDialog } from "../lib/dialogs";
import { send } from "../lib/http";
import { fill, text } from "../lib/texts";
import { toast } from "../lib/toasts";

const STARTS_FORMULA = /^[=+\-@\t\r]/;

/** The text of a cell for a sheet: text that one would calculate gets an apostrophe in front, as in exports. */
function cellText(cell: HTMLTableCellElement): string {
  const words = cell.innerText.replace(/\s+/g, " ").trim();
  return STARTS_FORMULA.test(words) && !cell.classList.contains("cell-number") ? `'${words}` : words;
}

/** What is to be seen of the table, without boxes to tick; a cell over several columns takes as many. */
function cellsOf(table: HTMLTableElement): string[][] {
  const rows = [...table.rows].filter((row) => row.checkVisibility());
  return rows.map((row) => [...row.cells].filter((cell) => !cell.matches(".cell-check, .cell-actions")).flatMap((cell) => [cellText(cell), ...Array<string>(cell.colSpan - 1).fill("")]));
}

function asHtml(cells: string[][]): string {
  const table = document.createElement("table");
  for (const row of cells) {
    const line = table.insertRow();
    for (const words of row) line.insertCell().textContent = words;
  }
  return table.outerHTML;
}

/**
 * `copy` puts the table found by `table` on the clipboard, for sheets and for letters; `print` prints the page, as the
 * browser's own keys do. Where a list has further pages, the rows of all of them come from `whole` and stand in the
 * table as long as it takes. Paper on which rows are missing says so in the element found by `note`.
 */
export default class extends Controller<HTMLElement> {
  static override values = { table: String, whole: String, note: String };
  declare readonly tableValue: string;
  declare readonly wholeValue: string;
  declare readonly noteValue: string;

  override connect(): void {
    document.addEventListener("keydown", this.#key);
    window.addEventListener("beforeprint", this.#tell);
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.#key);
    window.removeEventListener("beforeprint", this.#tell);
  }

  async copy(): Promise<void> {
    const table = document.querySelector<HTMLTableElement>(this.tableValue);
    const putBack = table && (await this.#makeWhole(table));
    if (!table || !putBack) return;
    const cells = cellsOf(table);
    putBack();
    const plain = cells.map((row) => row.join("\t")).join("\n");
    const parts = { "text/plain": new Blob([plain], { type: "text/plain" }), "text/html": new Blob([asHtml(cells)], { type: "text/html" }) };
    await navigator.clipboard.write([new ClipboardItem(parts)]);
    toast(text("copied"), { tone: "success" });
  }

  /** Prints nothing where there are too many rows, but the keys print what is shown then. */
  async print(event: Event): Promise<void> {
    const table = document.querySelector<HTMLTableElement>(this.tableValue);
    const putBack = (table ? await this.#makeWhole(table) : nothing) ?? (event.type === "keydown" ? nothing : null);
    if (!putBack) return;
    window.addEventListener("afterprint", putBack, { once: true });
    window.print();
  }

  #key = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "p" || event.ctrlKey === event.metaKey || event.shiftKey || event.altKey || topDialog()) return;
    event.preventDefault();
    void this.print(event);
  };

  #tell = (): void => {
    const table = document.querySelector<HTMLTableElement>(this.tableValue);
    const note = document.querySelector<HTMLElement>(this.noteValue);
    if (!table || !note) return;
    const total = table.closest<HTMLElement>("[data-selection-total-value]")?.dataset["selectionTotalValue"] ?? "";
    const shown = table.querySelectorAll("tbody:not([hidden]) > tr[data-key]").length;
    const isPart = shown < Number(total.replace(/\D/g, ""));
    const number = new Intl.NumberFormat(document.documentElement.lang).format(shown);
    note.textContent = isPart ? fill(note.dataset["text"] ?? "", { shown: number, total }) : "";
  };

  /** Puts all rows into the table and returns what takes them out again; null when there are too many. */
  async #makeWhole(table: HTMLTableElement): Promise<(() => void) | null> {
    const body = table.tBodies[0];
    if (!this.wholeValue || !body || !table.closest(".list-frame")?.querySelector("[data-row-page]")) return nothing;
    const answer = await send(this.wholeValue);
    if (!answer) return null;
    if (answer.headers.get("Content-Type")?.includes("json")) {
      const { message, label, url } = (await answer.json()) as { message: string; label: string; url: string };
      document.dispatchEvent(new CustomEvent("toast:show", { detail: { message, tone: "warning", linkLabel: label, linkUrl: url } }));
      return null;
    }
    const shown = [...body.children];
    body.replaceChildren(...rowsIn(await answer.text(), table));
    return () => body.replaceChildren(...shown);
  }
}

function nothing(): void {}

/** The rows without what makes them live; with an empty cell where the table has boxes to tick. */
function rowsIn(html: string, table: HTMLTableElement): Element[] {
  const made = document.createElement("table");
  made.innerHTML = `<tbody>${html}</tbody>`;
  const rows = [...made.tBodies[0]!.rows];
  const hasBoxes = table.querySelector("thead .cell-check") !== null;
  for (const row of rows) {
    delete row.dataset["rowsTarget"];
    if (hasBoxes) row.insertCell(0).className = "cell-check";
  }
  return rows;
}
