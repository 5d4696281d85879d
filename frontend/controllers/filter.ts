import { Controller } from "@hotwired/stimulus";
import type Sortable from "sortablejs";
import { htmx } from "../lib/htmx";

const RELOADS = "[data-filter-field], [data-filter-operator]";
type Control = HTMLInputElement | HTMLSelectElement;

function controlsOf(row: HTMLElement): Control[] {
  return [...row.querySelectorAll<Control>("[name]")];
}

function chosenIn(input: Control): string[] {
  return input instanceof HTMLSelectElement ? [...input.selectedOptions].map((option) => option.value) : [input.value];
}

/**
 * The editor of a filter: a tree of `row`s, which come from the server; `rows` are the places they stand in. `add`
 * appends one from the address of the pressed button; a change of a select marked `data-filter-field` (or operator)
 * loads its row anew with the values it holds, so that operator and value fit; `remove` takes the row of the pressed
 * button away. A row is moved by dragging its handle, or by the arrow keys on it, to any place about the same records
 * (`data-place`). The order of the inputs is what the form sends. `changed` is dispatched after each of these.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["row", "rows"];
  static override values = { rowUrl: String };
  declare readonly rowTargets: HTMLElement[];
  declare readonly rowUrlValue: string;

  #sortables = new Map<HTMLElement, Sortable>();

  override connect(): void {
    this.element.addEventListener("change", this.#changed);
    this.element.addEventListener("keydown", this.#key);
  }

  override disconnect(): void {
    this.element.removeEventListener("change", this.#changed);
    this.element.removeEventListener("keydown", this.#key);
  }

  async rowsTargetConnected(place: HTMLElement): Promise<void> {
    const { default: sortable } = await import("sortablejs");
    if (!place.isConnected || this.#sortables.has(place)) return;
    this.#sortables.set(place, sortable.create(place, {
      handle: "[data-filter-handle]", draggable: "[data-filter-target=row]", animation: 120, invertSwap: true,
      group: `filter:${place.dataset["place"]}`, emptyInsertThreshold: 12, onEnd: () => this.#tell(),
    }));
  }

  rowsTargetDisconnected(place: HTMLElement): void {
    this.#sortables.get(place)?.destroy();
    this.#sortables.delete(place);
  }

  async add(event: Event): Promise<void> {
    const button = (event.target as Element).closest<HTMLElement>("[data-filter-url]")!;
    const place = button.closest("fieldset")!.querySelector<HTMLElement>("[data-filter-target=rows]")!;
    await htmx.ajax("post", button.dataset["filterUrl"]!, { target: place, swap: "beforeend" });
    place.lastElementChild?.querySelector<HTMLElement>("select, input:not([type=hidden])")?.focus();
    this.#tell();
  }

  remove(event: Event): void {
    const row = (event.target as Element).closest<HTMLElement>("[data-filter-target=row]")!;
    const beside = row.nextElementSibling ?? row.previousElementSibling ?? row.closest("fieldset");
    row.remove();
    beside?.querySelector<HTMLElement>("button, select")?.focus();
    this.#tell();
  }

  #key = (event: KeyboardEvent): void => {
    const handle = (event.target as Element).closest<HTMLElement>("[data-filter-handle]");
    if (!handle || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#move(handle.closest<HTMLElement>("[data-filter-target=row]")!, event.key === "ArrowDown");
    handle.focus();
    handle.scrollIntoView({ block: "nearest" });
    this.#tell();
  };

  /** One step through the tree as it is read: past a condition, into a group, out of the end of one. */
  #move(row: HTMLElement, down: boolean): void {
    const place = row.parentElement!;
    const next = (down ? row.nextElementSibling : row.previousElementSibling) as HTMLElement | null;
    if (next) {
      const inside = [...next.querySelectorAll<HTMLElement>("[data-filter-target=rows]")].find((one) => one.dataset["place"] === place.dataset["place"]);
      if (inside && down) inside.prepend(row);
      else if (inside) inside.append(row);
      else if (down) next.after(row);
      else next.before(row);
      return;
    }
    const around = place.closest<HTMLElement>("[data-filter-target=row]");
    if (!around || around.parentElement!.dataset["place"] !== place.dataset["place"]) return;
    if (down) around.after(row);
    else around.before(row);
  }

  #changed = (event: Event): void => {
    const control = event.target as HTMLSelectElement;
    const row = control.closest<HTMLElement>("[data-filter-target=row]");
    if (row && !row.closest("[data-filter-loading]") && control.matches(RELOADS)) void this.#load(row);
  };

  async #load(row: HTMLElement): Promise<void> {
    const values: Record<string, string[]> = {};
    for (const input of controlsOf(row)) (values[input.name] ??= []).push(...chosenIn(input));
    const address = new URL(this.rowUrlValue, location.href);
    address.searchParams.set("of", row.parentElement!.dataset["place"] ?? "");
    if ("filterTop" in row.dataset) address.searchParams.set("top", "1");
    const place = row.parentElement!;
    const at = [...place.children].indexOf(row);
    const late = new Map<string, string>();
    row.dataset["filterLoading"] = "";
    row.addEventListener("input", (event) => late.set((event.target as HTMLInputElement).name, (event.target as HTMLInputElement).value));
    await htmx.ajax("post", address.pathname + address.search, { target: row, swap: "outerHTML", values });
    if (late.size) this.#restore(place.children[at] as HTMLElement, late);
    this.#tell();
  }

  /** Puts back what was changed while the row was under way. */
  #restore(row: HTMLElement, late: Map<string, string>): void {
    const changed = controlsOf(row).filter((input) => late.has(input.name));
    for (const input of changed) input.value = late.get(input.name)!;
    if (changed.some((input) => input.matches(RELOADS))) void this.#load(row);
  }

  #tell(): void {
    this.dispatch("changed");
  }
}
