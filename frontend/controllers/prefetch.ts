import { Controller } from "@hotwired/stimulus";

const REST_MS = 90;
const AGAIN_MS = 10_000;
const RECORD = /^\/[a-z][a-z0-9_]*\/\d+\/$/;

/**
 * Asks for the page of a record while the pointer or the keyboard rests on its link, so that it opens from the
 * browser's memory. One at a time, never twice within ten seconds, not where data is to be saved.
 */
export default class extends Controller<HTMLElement> {
  #timer = 0;
  #request: AbortController | null = null;
  #asked = new Map<string, number>();

  override connect(): void {
    this.element.addEventListener("pointerover", this.#over);
    this.element.addEventListener("focusin", this.#over);
    this.element.addEventListener("pointerout", this.#out);
    this.element.addEventListener("focusout", this.#out);
  }

  override disconnect(): void {
    this.element.removeEventListener("pointerover", this.#over);
    this.element.removeEventListener("focusin", this.#over);
    this.element.removeEventListener("pointerout", this.#out);
    this.element.removeEventListener("focusout", this.#out);
    this.#out();
  }

  #over = (event: Event): void => {
    if (event instanceof PointerEvent && event.pointerType === "touch") return;
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || !isRecord(link) || savesData()) return;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(link.pathname), REST_MS);
  };

  #out = (): void => clearTimeout(this.#timer);

  async #ask(path: string): Promise<void> {
    const now = performance.now();
    if (now - (this.#asked.get(path) ?? -Infinity) < AGAIN_MS) return;
    this.#asked.set(path, now);
    this.#request?.abort();
    const request = (this.#request = new AbortController());
    try {
      const answer = await fetch(path, {
        headers: { "X-Prefetch": "1" }, credentials: "same-origin", redirect: "manual", priority: "low", signal: request.signal,
      });
      await answer.arrayBuffer();
    } catch {
      this.#asked.delete(path);
    }
  }
}

function isRecord(link: HTMLAnchorElement): boolean {
  const opensPage = !link.target && !link.hasAttribute("download") && !link.hasAttribute("hx-get") && !link.closest(".is-split tbody");
  return opensPage && link.origin === location.origin && !link.search && RECORD.test(link.pathname) && link.pathname !== location.pathname;
}

function savesData(): boolean {
  const connection = (navigator as Navigator & { connection?: { saveData?: boolean; effectiveType?: string } }).connection;
  return connection?.saveData === true || /2g/.test(connection?.effectiveType ?? "");
}
