import { Controller } from "@hotwired/stimulus";
import { htmx } from "../lib/htmx";

/** The values typed in a row; what is chosen from a list is not typed. */
function inputsOf(row: HTMLElement): HTMLInputElement[] {
  return [...row.querySelectorAll<HTMLInputElement>("input[name]:not([type=hidden])")];
}

function valuesOf(row: HTMLElement): [string, string][] {
  return [...row.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[name]")].flatMap((input) => {
    const chosen = input instanceof HTMLSelectElement ? [...input.selectedOptions].map((option) => option.value) : [input.value];
    return chosen.map((value): [string, string] => [input.name, value]);
  });
}

/**
 * The editor of a filter: rows of conditions (`row` targets) come from the server. `add` appends one from `row-url`;
 * a change of a select marked `data-filter-field` (or operator) loads its row anew with the values it holds, so
 * that operator and value fit the field (what is typed until the new row is there goes into it, the cursor stays);
 * `remove` takes the row of the pressed button away.
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
    void this.#reload(row);
  };

  async #reload(row: HTMLElement): Promise<void> {
    const place = this.rowTargets.indexOf(row);
    const sent = inputsOf(row).map((input) => input.value);
    let focused = -1;
    row.addEventListener("htmx:beforeSwap", () => (focused = inputsOf(row).indexOf(document.activeElement as HTMLInputElement)), { once: true });
    await htmx.ajax("get", this.#address(valuesOf(row)), { target: row, swap: "outerHTML" });
    const fresh = this.rowTargets[place];
    if (!fresh || fresh === row) return;
    const next = inputsOf(fresh);
    for (const [index, input] of inputsOf(row).entries()) {
      const same = next[index];
      if (same && same.name === input.name && input.value !== sent[index]) same.value = input.value;
    }
    next[focused]?.focus();
  }

  #address(values: [string, string][]): string {
    const address = new URL(this.rowUrlValue, location.href);
    for (const [name, value] of values) address.searchParams.append(name, value);
    return address.pathname + address.search;
  }
}
