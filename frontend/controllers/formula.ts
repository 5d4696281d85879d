import { Controller } from "@hotwired/stimulus";

/** Puts what is chosen in a select (a field, a function) into the formula where the cursor stands. */
export default class extends Controller<HTMLElement> {
  static override targets = ["text"];
  declare readonly textTarget: HTMLElement;

  insert(event: Event): void {
    const select = event.currentTarget as HTMLSelectElement;
    const area = this.textTarget.querySelector("textarea");
    const piece = select.value;
    select.value = "";
    if (!area || !piece) return;
    const [start, end] = [area.selectionStart, area.selectionEnd];
    area.setRangeText(piece, start, end, "end");
    const inside = piece.indexOf("(");
    if (inside > 0 && !piece.endsWith("()")) area.setSelectionRange(start + inside + 1, start + inside + 1);
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
