import { Controller } from "@hotwired/stimulus";

/**
 * Hides the fields of a form that what is typed leaves without a meaning, and shows them again; what stands in them
 * stays. The server says which: the event `fields:hidden` has their `names`. A section of hidden fields is hidden too,
 * and opens when one of them is shown.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["field", "section"];
  declare readonly fieldTargets: HTMLElement[];
  declare readonly sectionTargets: HTMLElement[];

  hide(event: CustomEvent<{ names: string[] }>): void {
    const hidden = new Set(event.detail.names);
    for (const field of this.fieldTargets) {
      const isHidden = hidden.has(field.dataset["name"]!);
      const section = field.closest("details");
      if (field.hidden && !isHidden && section) section.open = true;
      field.hidden = isHidden;
    }
    for (const section of this.sectionTargets) {
      section.hidden = [...section.querySelectorAll<HTMLElement>(".form-grid > *")].every((item) => item.hidden);
    }
  }
}
