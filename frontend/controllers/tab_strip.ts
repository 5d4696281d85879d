import { Controller } from "@hotwired/stimulus";
import { bringInto } from "../lib/strips";

/** A strip of tabs says in `data-more` at which ends there are more; a press on the arrow there scrolls to them. */
export default class extends Controller<HTMLElement> {
  #sizes = new ResizeObserver(() => this.#tell());
  #tabs = new MutationObserver(() => this.#tell());

  override connect(): void {
    const current = this.element.querySelector<HTMLElement>("[aria-current], [aria-selected=true]");
    if (current) bringInto(this.element, current);
    this.element.addEventListener("scroll", this.#tell, { passive: true });
    this.element.addEventListener("click", this.#press);
    this.#sizes.observe(this.element);
    this.#tabs.observe(this.element, { childList: true, subtree: true, characterData: true });
  }

  override disconnect(): void {
    this.element.removeEventListener("scroll", this.#tell);
    this.element.removeEventListener("click", this.#press);
    this.#sizes.disconnect();
    this.#tabs.disconnect();
  }

  #tell = (): void => {
    const { scrollLeft, clientWidth, scrollWidth } = this.element;
    const ends = [scrollLeft > 1 ? "start" : "", scrollLeft + clientWidth < scrollWidth - 1 ? "end" : ""];
    const more = ends.filter(Boolean).join(" ");
    if (this.element.dataset["more"] !== more) this.element.dataset["more"] = more;
  };

  #press = (event: MouseEvent): void => {
    if (event.target !== this.element) return;
    const { left, width } = this.element.getBoundingClientRect();
    const more = (this.element.dataset["more"] ?? "").split(" ");
    const way = event.clientX < left + width / 2 ? "start" : "end";
    if (more.includes(way)) this.element.scrollBy({ left: width * (way === "start" ? -0.7 : 0.7) });
  };
}
