import { Controller } from "@hotwired/stimulus";
import { readDraft } from "../lib/drafts";

/**
 * Rows of a part in a form: `blank` (a template with NEW for the number) makes new ones, `remove` takes one away.
 * Rows that a kept draft had and the page has not are made again and filled.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["rows", "row", "blank"];
  static override values = { prefix: String };
  declare readonly rowsTarget: HTMLElement;
  declare readonly rowTargets: HTMLElement[];
  declare readonly blankTarget: HTMLTemplateElement;
  declare readonly prefixValue: string;

  #next = 0;

  override connect(): void {
    this.#next = this.rowTargets.length + 1000;
    this.#restore();
  }

  add(): void {
    const row = this.#append(String(this.#next++));
    row.querySelector<HTMLElement>("select, input:not([type=hidden]), textarea")?.focus();
    this.#changed();
  }

  remove(event: Event): void {
    const row = (event.target as Element).closest<HTMLElement>("[data-part-rows-target=row]");
    const next = (row?.nextElementSibling ?? row?.previousElementSibling)?.querySelector<HTMLElement>("button");
    row?.remove();
    (next ?? this.element.querySelector<HTMLElement>("[data-action='part-rows#add']"))?.focus();
    this.#changed();
  }

  #append(number: string): HTMLElement {
    const holder = document.createElement("div");
    holder.innerHTML = this.blankTarget.innerHTML.replaceAll(`${this.prefixValue}-NEW-`, `${this.prefixValue}-${number}-`);
    const row = holder.firstElementChild as HTMLElement;
    this.rowsTarget.append(row);
    return row;
  }

  #changed(): void {
    this.element.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #restore(): void {
    const key = this.element.closest<HTMLElement>("[data-draft-key-value]")?.dataset["draftKeyValue"];
    const draft = key ? readDraft(key) : null;
    if (!draft) return;
    const pattern = new RegExp(`^${this.prefixValue}-(\\d+)-`);
    const numbers = new Set(draft.values.map((value) => pattern.exec(value.name)?.[1]).filter((number) => number !== undefined));
    for (const number of numbers) {
      if (this.element.querySelector(`[name="${this.prefixValue}-${number}-id"]`)) continue;
      this.#append(number);
      this.#next = Math.max(this.#next, Number(number) + 1);
      for (const { name, value, checked, label } of draft.values) this.#fill(name, value, checked, label);
    }
  }

  #fill(name: string, value: string, checked: boolean | undefined, label: string | undefined): void {
    const control = this.element.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${CSS.escape(name)}"]`);
    if (control instanceof HTMLSelectElement) {
      if (![...control.options].some((option) => option.value === value)) control.add(new Option(label ?? value, value));
      control.value = value;
    } else if (control && checked !== undefined) control.checked = checked;
    else if (control) control.value = value;
  }
}
