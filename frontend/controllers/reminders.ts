import { Controller } from "@hotwired/stimulus";
import { htmx } from "../lib/htmx";
import { recall, remember } from "../lib/storage";

const EVERY_MS = 60_000;
const FOLDED = "reminders:folded";

/**
 * Asks `url` now and every minute what the user is to be reminded of; answers are the cards to show, or 204 when
 * these are just those shown. Without a connection it is silent: nobody asked for anything. `fold` leaves only their
 * number, also on the next pages, until there is one that was not among them.
 */
export default class extends Controller<HTMLElement> {
  static override values = { url: String };
  declare readonly urlValue: string;

  #timer = 0;

  override connect(): void {
    void this.#ask();
    this.#timer = window.setInterval(() => void this.#ask(), EVERY_MS);
    document.addEventListener("visibilitychange", this.#back);
  }

  override disconnect(): void {
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#back);
  }

  fold(): void {
    remember(FOLDED, this.#known);
    this.#settle();
    this.element.querySelector<HTMLElement>(".reminders-folded")?.focus();
  }

  unfold(): void {
    remember(FOLDED, []);
    this.#settle();
    this.element.querySelector<HTMLElement>(".reminder button")?.focus();
  }

  get #known(): string[] {
    return [...this.element.querySelectorAll(".reminder")].map((card) => card.id.replace("reminder-", ""));
  }

  #settle(): void {
    const folded = recall<string[]>(FOLDED) ?? [];
    this.element.classList.toggle("is-folded", this.#known.every((one) => folded.includes(one)));
  }

  #back = (): void => {
    if (document.visibilityState === "visible") void this.#ask();
  };

  async #ask(): Promise<void> {
    if (document.visibilityState !== "visible") return;
    const known = this.#known.join(",");
    try {
      const answer = await fetch(`${this.urlValue}?known=${known}`, { headers: { "X-Requested-With": "fetch" } });
      if (answer.status !== 200 || answer.redirected) return;
      const text = await answer.text();
      const focused = this.element.contains(document.activeElement) ? document.activeElement?.id : "";
      this.element.innerHTML = text; // our own page's markup, escaped by the server
      this.#settle();
      htmx.process(this.element);
      if (focused) document.getElementById(focused)?.focus();
    } catch {
      // Asked again in a minute.
    }
  }
}
