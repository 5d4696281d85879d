import { Controller } from "@hotwired/stimulus";

/** The count of a list, which comes after its rows: tells the selection how many rows match on all pages. */
export default class extends Controller<HTMLElement> {
  override connect(): void {
    const selection = document.querySelector<HTMLElement>("[data-controller~=selection]");
    if (selection) selection.dataset["selectionTotalValue"] = this.element.textContent?.trim() ?? "";
  }
}
