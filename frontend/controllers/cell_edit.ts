import { Controller } from "@hotwired/stimulus";
import { expectSoon } from "../lib/typed_ahead";

/**
 * Cells of a list edited in place: a double click on a cell with `data-field`, F2 or Enter on it, or F2 elsewhere in
 * its row (the first such cell). Only then the cell becomes an `inline-edit`; four hundred of them on a page would be too many stops of
 * the Tab key. `url` is the address of a value with {key} and {field} in it; rows carry `data-key`.
 */
export default class extends Controller<HTMLElement> {
  static override values = { url: String };
  declare readonly urlValue: string;

  override connect(): void {
    this.element.addEventListener("dblclick", this.#pressed, true);
    this.element.addEventListener("keydown", this.#key);
  }

  override disconnect(): void {
    this.element.removeEventListener("dblclick", this.#pressed, true);
    this.element.removeEventListener("keydown", this.#key);
  }

  #pressed = (event: MouseEvent): void => {
    const target = event.target as Element;
    if (!target.closest("a, button, input, select, textarea")) this.#open(target.closest("td[data-field]"));
  };

  #key = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const isCell = target.matches("td[data-field]");
    if ((event.key !== "F2" && !(event.key === "Enter" && isCell)) || event.defaultPrevented) return;
    const row = target.closest("tr");
    if (!row || target.closest(".is-editing")) return;
    event.preventDefault();
    this.#open(isCell ? target : row.querySelector("td[data-field]"));
  };

  #open(cell: HTMLElement | null): void {
    const key = cell?.closest("tr")?.dataset["key"];
    if (!cell || !key || cell.dataset["controller"]) return;
    cell.dataset["inlineEditUrlValue"] = this.urlValue.replace("{key}", key).replace("{field}", cell.dataset["field"]!);
    cell.dataset["controller"] = "inline-edit";
    expectSoon(cell);
    // The behaviour connects when the change of the attribute is seen; then it is told to start.
    setTimeout(() => cell.dispatchEvent(new MouseEvent("dblclick")));
  }
}
