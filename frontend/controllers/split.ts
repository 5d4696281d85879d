import { Controller } from "@hotwired/stimulus";
import { topDialog } from "../lib/dialogs";
import { htmx } from "../lib/htmx";

const WAIT_MS = 120;
const PATIENCE_MS = 150;
const WIDE = "(min-width: 1000px)";
const UNFINISHED = ".is-editing, .editable.is-busy, .uploads-item:not(.is-over)";

/**
 * A record beside its list: follows the current row, after a moment of rest, and drops what was asked for before. A
 * press on a title shows the record here; a second one, or Enter, opens its page; F6 goes over and back. A change
 * there brings its row anew. On narrow screens the list is as it is without it. `url` and `row-url` hold {key}.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["pane", "body", "whole"];
  static override values = { key: String, url: String, rowUrl: String, type: String };
  declare readonly paneTarget: HTMLElement;
  declare readonly bodyTarget: HTMLElement;
  declare readonly wholeTarget: HTMLAnchorElement;
  declare keyValue: string;
  declare readonly urlValue: string;
  declare readonly rowUrlValue: string;
  declare readonly typeValue: string;

  #wide = matchMedia(WIDE);
  #timer = 0;
  #loaded = "";

  override connect(): void {
    this.element.addEventListener("rows:current", this.#followed);
    this.element.addEventListener("click", this.#click, true);
    this.element.addEventListener("htmx:afterSettle", this.#mark);
    this.#wide.addEventListener("change", this.#start);
    document.addEventListener("keydown", this.#key);
    for (const name of this.#changes) document.body.addEventListener(name, this.#changed);
    this.#start();
  }

  override disconnect(): void {
    clearTimeout(this.#timer);
    this.element.removeEventListener("rows:current", this.#followed);
    this.element.removeEventListener("click", this.#click, true);
    this.element.removeEventListener("htmx:afterSettle", this.#mark);
    this.#wide.removeEventListener("change", this.#start);
    document.removeEventListener("keydown", this.#key);
    for (const name of this.#changes) document.body.removeEventListener(name, this.#changed);
  }

  previous(): void {
    this.#step(-1);
  }

  next(): void {
    this.#step(1);
  }

  get #changes(): string[] {
    return ["record:changed", "record:facts", `${this.typeValue}:changed`];
  }

  get #rows(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("tr[data-key]")].filter((row) => row.checkVisibility());
  }

  #row(key: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(key)}"]`);
  }

  #start = (): void => {
    this.element.classList.toggle("is-split", this.#wide.matches);
    this.#mark();
    if (this.#wide.matches && this.keyValue && this.#loaded !== this.keyValue) this.#load();
  };

  /** Rows that came anew do not know which of them is shown. */
  #mark = (): void => {
    if (!this.#wide.matches) return;
    for (const row of this.#rows) row.classList.toggle("is-current", row.dataset["key"] === this.keyValue);
  };

  #step(by: number): void {
    const rows = this.#rows;
    const at = rows.findIndex((row) => row.dataset["key"] === this.keyValue);
    const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (!row) return;
    row.scrollIntoView({ block: "nearest" });
    this.#follow(row.dataset["key"]!);
  }

  #followed = (event: Event): void => {
    this.#follow((event as CustomEvent<{ key: string }>).detail.key);
  };

  #follow(key: string): void {
    if (!this.#wide.matches || !key || key === this.keyValue) return;
    this.keyValue = key;
    this.#mark();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#load(), WAIT_MS);
  }

  /** What is being typed or sent beside the list is waited for: a refused value must not go away with its field. */
  #load(): void {
    clearTimeout(this.#timer);
    if (this.bodyTarget.querySelector(UNFINISHED)) {
      this.#timer = window.setTimeout(() => this.#load(), PATIENCE_MS);
      return;
    }
    const key = this.keyValue;
    const address = this.urlValue.replace("{key}", key);
    this.#loaded = key;
    this.wholeTarget.href = address;
    const search = location.search.replace(/([?&])beside=[^&]*/, `$1beside=${key}`);
    history.replaceState(history.state, "", location.pathname + search);
    void htmx.ajax("get", `${address}?pane`, { source: this.bodyTarget, target: this.bodyTarget, swap: "innerHTML" }).then(
      () => {
        if (this.#loaded === key) this.paneTarget.scrollTop = 0;
      },
      () => {
        // Another row took its place, or the failure has been told.
      },
    );
  }

  #click = (event: MouseEvent): void => {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>("tr[data-key]");
    if (!row || !this.#wide.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const title = target.closest(".cell-title a");
    if (!title && target.closest("a, button, input, select, textarea, label, .is-editing")) return;
    // detail tells how often the mouse was pressed; from the keyboard it is 0.
    if (title && event.detail !== 1) return;
    if (title) event.preventDefault();
    if (title || getSelection()?.isCollapsed !== false) row.querySelector<HTMLElement>(".cell-title a")?.focus({ preventScroll: true });
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== "F6" || event.defaultPrevented || !this.#wide.matches || topDialog()) return;
    event.preventDefault();
    if (this.paneTarget.contains(document.activeElement)) this.#row(this.keyValue)?.querySelector<HTMLElement>(".cell-title a")?.focus();
    else this.paneTarget.focus();
  };

  #changed = (event: Event): void => {
    if (!this.#wide.matches || !this.#loaded) return;
    void this.#renew(this.#loaded, event.type === `${this.typeValue}:changed`);
  };

  /** The row as it is now; one that is gone goes, and the next one is shown. */
  async #renew(key: string, withPane: boolean): Promise<void> {
    const answer = await fetch(this.rowUrlValue.replace("{key}", key), { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" }).catch(() => null);
    const row = this.#row(key);
    if (answer?.status === 404) {
      this.#step(row === this.#rows.at(-1) ? -1 : 1);
      row?.remove();
      if (this.keyValue === key) this.bodyTarget.replaceChildren();
      return;
    }
    if (answer?.ok && row) this.#replace(row, await answer.text());
    if (withPane && key === this.keyValue) this.#load();
  }

  #replace(row: HTMLElement, html: string): void {
    const frame = document.createElement("template");
    frame.innerHTML = html;
    const fresh = frame.content.querySelector<HTMLElement>("tr");
    if (!fresh || row.querySelector(".is-editing")) return;
    const box = fresh.querySelector<HTMLInputElement>("input[name=selected]");
    if (box) box.checked = row.querySelector<HTMLInputElement>("input[name=selected]")?.checked ?? false;
    const hadFocus = row.contains(document.activeElement);
    fresh.className = row.className;
    fresh.classList.add("highlight-new");
    row.replaceWith(fresh);
    if (hadFocus) fresh.querySelector<HTMLElement>(".cell-title a")?.focus({ preventScroll: true });
  }
}
