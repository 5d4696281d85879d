import { Controller } from "@hotwired/stimulus";
import type Sortable from "sortablejs";

/**
 * A list put in order by dragging its `handle`s or by arrow keys on them; used by the column chooser.
 * The order of the inputs in it is what the form sends; `changed` is dispatched after each move.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["item", "handle"];
  declare readonly itemTargets: HTMLElement[];
  declare readonly handleTargets: HTMLElement[];

  #sortable: Sortable | null = null;

  override async connect(): Promise<void> {
    this.element.addEventListener("keydown", this.#key);
    const { default: sortable } = await import("sortablejs");
    if (!this.element.isConnected || this.#sortable) return;
    this.#sortable = sortable.create(this.element, { handle: "[data-reorder-target=handle]", draggable: "[data-reorder-target=item]", animation: 120, onEnd: () => this.#changed() });
  }

  override disconnect(): void {
    this.element.removeEventListener("keydown", this.#key);
    this.#sortable?.destroy();
    this.#sortable = null;
  }

  #key = (event: KeyboardEvent): void => {
    const handle = (event.target as Element).closest<HTMLElement>("[data-reorder-target=handle]");
    const item = handle?.closest<HTMLElement>("[data-reorder-target=item]");
    if (!handle || !item || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "ArrowUp") item.previousElementSibling?.before(item);
    else item.nextElementSibling?.after(item);
    handle.focus();
    this.#changed();
  };

  #changed(): void {
    this.dispatch("changed");
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
