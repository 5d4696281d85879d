import { Controller } from "@hotwired/stimulus";
import { htmx } from "../lib/htmx";

const FIRST_MS = 1000;
const LONGEST_MS = 8000;

/**
 * Loads the state of a job (GET url, an HTML fragment) into itself until the fragment holds [data-job-done];
 * then `job:done` is triggered. Asks less often the longer it runs, and not at all while the page is hidden.
 */
export default class extends Controller<HTMLElement> {
  static override values = { url: String };
  declare readonly urlValue: string;

  #timer = 0;
  #wait = FIRST_MS;

  override connect(): void {
    document.addEventListener("visibilitychange", this.#visible);
    this.#next();
  }

  override disconnect(): void {
    document.removeEventListener("visibilitychange", this.#visible);
    clearTimeout(this.#timer);
  }

  get #done(): boolean {
    return this.element.querySelector("[data-job-done]") !== null;
  }

  #visible = (): void => {
    if (!document.hidden && !this.#done) void this.#ask();
  };

  #next(): void {
    clearTimeout(this.#timer);
    if (this.#done) return;
    this.#timer = window.setTimeout(() => void this.#ask(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.25, LONGEST_MS);
  }

  async #ask(): Promise<void> {
    if (document.hidden || !this.element.isConnected) return;
    await htmx.ajax("get", this.urlValue, { source: this.element, target: this.element, swap: "innerHTML" });
    if (this.#done) this.element.dispatchEvent(new CustomEvent("job:done", { bubbles: true }));
    else this.#next();
  }
}
