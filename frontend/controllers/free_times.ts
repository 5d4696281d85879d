import { Controller } from "@hotwired/stimulus";

/** Who has time, in the form of a meeting. A free time that was looked for goes into the field that says when. */
export default class extends Controller<HTMLElement> {
  static override targets = ["found"];
  static override values = { field: String };
  declare readonly fieldValue: string;

  foundTargetConnected(found: HTMLElement): void {
    const at = found.dataset["at"];
    const input = this.element.closest("form")?.elements.namedItem(this.fieldValue);
    if (!at || !(input instanceof HTMLInputElement) || input.value === at) return;
    input.value = at;
    input.dispatchEvent(new Event("draft:restored"));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
