import { Controller } from "@hotwired/stimulus";

/** Heads of a table: a press sorts by the column alone (a link), with Shift it becomes a further key. */
export default class extends Controller<HTMLElement> {
  override connect(): void {
    this.element.addEventListener("click", this.#pressed);
  }

  override disconnect(): void {
    this.element.removeEventListener("click", this.#pressed);
  }

  #pressed = (event: MouseEvent): void => {
    const address = (event.target as Element).closest<HTMLElement>("[data-sort-keys-add]")?.dataset["sortKeysAdd"];
    if (!event.shiftKey || !address) return;
    event.preventDefault();
    location.assign(address);
  };
}
