import { Controller } from "@hotwired/stimulus";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];
const REFRESH_MS = 60_000;

/** "3 hours ago" of a <time datetime>, in the page's language, kept true while the page is open. */
export default class extends Controller<HTMLTimeElement> {
  #timer = 0;

  override connect(): void {
    this.#timer = window.setInterval(this.#write, REFRESH_MS);
  }

  override disconnect(): void {
    clearInterval(this.#timer);
  }

  #write = (): void => {
    const seconds = (Date.parse(this.element.dateTime) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) return;
    const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
    this.element.textContent = words.format(Math.round(seconds / size), unit);
  };
}
