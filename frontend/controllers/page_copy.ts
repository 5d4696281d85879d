import { Controller } from "@hotwired/stimulus";
import { text } from "../lib/texts";
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

/** `copy` puts the table found by `table` on the clipboard, for sheets and for letters; `print` prints the page. */
export default class extends Controller<HTMLElement> {
  static override values = { table: String };
  declare readonly tableValue: string;

  async copy(): Promise<void> {
    const table = document.querySelector<HTMLTableElement>(this.tableValue);
    if (!table) return;
    const cells = cellsOf(table);
    const plain = cells.map((row) => row.join("\t")).join("\n");
    const parts = { "text/plain": new Blob([plain], { type: "text/plain" }), "text/html": new Blob([asHtml(cells)], { type: "text/html" }) };
    await navigator.clipboard.write([new ClipboardItem(parts)]);
    toast(text("copied"), { tone: "success" });
  }

  print(): void {
    window.print();
  }
}
