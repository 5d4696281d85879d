import { Controller } from "@hotwired/stimulus";
import { htmx } from "../lib/htmx";

const TYPE = "application/x-jantar-rows";

/**
 * Rows (`data-id`) dragged onto places (`data-to`): all chosen ones when the dragged one is chosen too. What `url`
 * answers goes to the dialog: nothing when it is done, a question when there is one. `bulk` is shown with a choice.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["bulk", "row", "place", "box"];
  static override values = { url: String };
  declare readonly bulkTargets: HTMLElement[];
  declare readonly rowTargets: HTMLElement[];
  declare readonly boxTargets: HTMLInputElement[];
  declare readonly urlValue: string;

  override connect(): void {
    for (const name of ["dragstart", "dragend", "dragover", "dragleave", "drop"]) this.element.addEventListener(name, this.#drag);
    this.element.addEventListener("change", this.#chosen);
    this.#chosen();
  }

  override disconnect(): void {
    for (const name of ["dragstart", "dragend", "dragover", "dragleave", "drop"]) this.element.removeEventListener(name, this.#drag);
    this.element.removeEventListener("change", this.#chosen);
  }

  get #ids(): string[] {
    return this.boxTargets.filter((box) => box.checked).map((box) => box.value);
  }

  #chosen = (): void => {
    for (const part of this.bulkTargets) part.hidden = !this.#ids.length;
  };

  #drag = (event: Event): void => {
    const { type, dataTransfer, target } = event as DragEvent;
    if (!dataTransfer || !(target instanceof Element)) return;
    if (type === "dragstart") this.#start(target, dataTransfer);
    else if (type === "dragend") for (const row of this.rowTargets) row.classList.remove("is-dragged");
    else this.#over(event as DragEvent, dataTransfer, target.closest<HTMLElement>("[data-to]"));
  };

  #start(target: Element, data: DataTransfer): void {
    const id = target.closest<HTMLElement>("[data-id]")?.dataset["id"];
    if (!id) return;
    const ids = this.#ids.includes(id) ? this.#ids : [id];
    data.setData(TYPE, JSON.stringify(ids));
    data.effectAllowed = "move";
    for (const row of this.rowTargets) row.classList.toggle("is-dragged", ids.includes(row.dataset["id"] ?? ""));
  }

  #over(event: DragEvent, data: DataTransfer, place: HTMLElement | null): void {
    if (!place || !data.types.includes(TYPE)) return;
    event.preventDefault();
    place.classList.toggle("is-over", event.type === "dragover");
    if (event.type !== "drop") return;
    const ids = JSON.parse(data.getData(TYPE)) as string[];
    void htmx.ajax("post", this.urlValue, { source: this.element, target: "#dialog-slot", swap: "innerHTML", values: { id: ids, to: place.dataset["to"] } });
  }
}
