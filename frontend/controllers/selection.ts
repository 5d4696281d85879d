import { Controller } from "@hotwired/stimulus";

/**
 * Checkboxes of a list. Targets: `row` (one a record, name="selected"), `page` (all on the page), `bar`, `count`,
 * `all` (hidden input name="select_all"), `allOffer` (shown when the whole page is chosen and more rows match),
 * `some` (an act for data-least to data-most chosen rows).
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["row", "page", "bar", "count", "all", "allOffer", "some"];
  static override values = { total: String };
  declare readonly rowTargets: HTMLInputElement[];
  declare readonly pageTarget: HTMLInputElement;
  declare readonly barTargets: HTMLElement[];
  declare readonly countTargets: HTMLElement[];
  declare readonly allTargets: HTMLInputElement[];
  declare readonly allOfferTargets: HTMLElement[];
  declare readonly someTargets: HTMLElement[];
  declare readonly hasPageTarget: boolean;
  declare readonly totalValue: string;

  #last: HTMLInputElement | null = null;

  override connect(): void {
    this.element.addEventListener("click", this.#click);
    this.#update();
  }

  override disconnect(): void {
    this.element.removeEventListener("click", this.#click);
  }

  rowTargetConnected(): void {
    this.#update();
  }

  rowTargetDisconnected(): void {
    this.#update();
  }

  clear(): void {
    for (const row of this.rowTargets) row.checked = false;
    this.#setAll(false);
  }

  /** Every row that matches the list, on all pages. */
  selectAll(): void {
    for (const row of this.rowTargets) row.checked = true;
    this.#setAll(true);
  }

  #click = (event: MouseEvent): void => {
    const box = event.target as HTMLInputElement;
    if (this.hasPageTarget && box === this.pageTarget) {
      for (const row of this.rowTargets) row.checked = box.checked;
    } else if (!this.rowTargets.includes(box)) return;
    else {
      if (event.shiftKey && this.#last) this.#range(this.#last, box);
      this.#last = box;
    }
    this.#setAll(false);
  };

  #range(from: HTMLInputElement, to: HTMLInputElement): void {
    const rows = this.rowTargets;
    const [first, last] = [rows.indexOf(from), rows.indexOf(to)].sort((a, b) => a - b);
    for (const row of rows.slice(first, last! + 1)) row.checked = to.checked;
  }

  #setAll(chosen: boolean): void {
    for (const all of this.allTargets) all.value = chosen ? "1" : "";
    this.#update();
  }

  #update(): void {
    const rows = this.rowTargets;
    const chosen = rows.filter((row) => row.checked).length;
    const everything = this.allTargets.some((all) => all.value === "1");
    for (const row of rows) row.closest("tr")?.classList.toggle("is-selected", row.checked);
    if (this.hasPageTarget) {
      this.pageTarget.checked = chosen > 0 && chosen === rows.length;
      this.pageTarget.indeterminate = chosen > 0 && chosen < rows.length;
    }
    for (const bar of this.barTargets) bar.hidden = chosen === 0;
    for (const count of this.countTargets) count.textContent = everything && this.totalValue ? this.totalValue : String(chosen);
    for (const offer of this.allOfferTargets) offer.hidden = everything || chosen < rows.length || !this.totalValue;
    for (const act of this.someTargets) {
      act.hidden = everything || chosen < Number(act.dataset["least"]) || chosen > Number(act.dataset["most"]);
    }
    this.dispatch("changed", { detail: { count: chosen, all: everything } });
  }
}
