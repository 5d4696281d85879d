import { Controller } from "@hotwired/stimulus";
import { htmx } from "../lib/htmx";

/**
 * The editor of a filter: rows of conditions (`row` targets) come from the server. `add` appends one from `row-url`;
 * a change of a select marked `data-filter-field` (or operator) loads its row anew with the values it holds, so
 * that operator and value fit the field; `remove` takes the row of the pressed button away.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["row", "rows"];
  static override values = { rowUrl: String };
  declare readonly rowTargets: HTMLElement[];
  declare readonly rowsTarget: HTMLElement;
  declare readonly rowUrlValue: string;

  override connect(): void {
    this.element.addEventListener("change", this.#changed);
  }

  override disconnect(): void {
    this.element.removeEventListener("change", this.#changed);
  }

  async add(event: Event): Promise<void> {
    const group = (event.target as Element).closest("[data-filter-group]")?.querySelector<HTMLElement>("[data-filter-rows]") ?? this.rowsTarget;
    await htmx.ajax("get", this.#address([]), { target: group, swap: "beforeend" });
    group.lastElementChild?.querySelector<HTMLElement>("select, input")?.focus();
  }

  remove(event: Event): void {
    const row = (event.target as Element).closest<HTMLElement>("[data-filter-target=row]");
    const rows = this.rowTargets;
    const beside = rows[rows.indexOf(row!) + 1] ?? rows[rows.indexOf(row!) - 1];
    row?.remove();
    (beside?.querySelector<HTMLElement>("button, select") ?? this.element.querySelector<HTMLElement>("button"))?.focus();
    this.dispatch("changed");
  }

  #changed = (event: Event): void => {
    const control = event.target as HTMLSelectElement;
    const row = control.closest<HTMLElement>("[data-filter-target=row]");
    if (!row || !control.matches("[data-filter-field], [data-filter-operator]")) return;
    // Conditions on related records are a filter of their own inside the row.
    if (control.closest("[data-controller~=filter]") !== this.element) return;
    const values: [string, string][] = [];
    for (const input of row.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[name]")) {
      const chosen = input instanceof HTMLSelectElement ? [...input.selectedOptions].map((option) => option.value) : [input.value];
      for (const value of chosen) values.push([input.name, value]);
    }
    void htmx.ajax("get", this.#address(values), { target: row, swap: "outerHTML" });
  };

  #address(values: [string, string][]): string {
    const address = new URL(this.rowUrlValue, location.href);
    for (const [name, value] of values) address.searchParams.append(name, value);
    return address.pathname + address.search;
  }
}
