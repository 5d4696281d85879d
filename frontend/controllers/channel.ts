import { Controller } from "@hotwired/stimulus";
import { send } from "../lib/http";
import { htmx } from "../lib/htmx";

const EVERY_MS = 10_000;

/**
 * The messages of a channel. While the page is looked at, `newer` is asked for what came since the newest one shown,
 * which is put on top of the list, and for what was edited or deleted since it was asked last; `read` is told that what
 * came was read. Without a connection it is silent.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["list", "paused", "status"];
  static override values = { newer: String, read: String, since: String, unread: Boolean };
  declare readonly listTarget: HTMLElement;
  declare readonly hasListTarget: boolean;
  declare readonly newerValue: string;
  declare readonly readValue: string;
  declare readonly hasPausedTarget: boolean;
  declare readonly statusTarget: HTMLElement;
  declare sinceValue: string;
  declare unreadValue: boolean;

  #timer = 0;
  #asking = false;

  override connect(): void {
    this.#timer = window.setInterval(() => void this.#ask(), EVERY_MS);
    document.addEventListener("visibilitychange", this.#back);
    void this.#markRead();
  }

  override disconnect(): void {
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#back);
  }

  /** Also when the messages are drawn anew, with what others wrote meanwhile. */
  listTargetConnected(list: HTMLElement): void {
    if (!list.querySelector("[data-unread]")) return;
    this.unreadValue = true;
    void this.#markRead();
  }

  #back = (): void => {
    void this.#markRead();
    void this.#ask();
  };

  async #ask(): Promise<void> {
    if (this.#asking || document.visibilityState !== "visible") return;
    this.#asking = true;
    try {
      const newest = this.element.querySelector<HTMLElement>("[data-cursor]")?.dataset["cursor"] ?? "";
      const wanted = this.hasPausedTarget ? "changed" : `after=${newest}`;
      const answer = await fetch(`${this.newerValue}?${wanted}&since=${this.sinceValue}`, { headers: { "X-Requested-With": "fetch" } });
      if (![200, 204].includes(answer.status) || answer.redirected) return;
      const found = document.createRange().createContextualFragment(answer.status === 200 ? await answer.text() : "");
      if (this.#follow(found)) this.sinceValue = answer.headers.get("X-Since") ?? this.sinceValue;
      const items = messagesIn(found, "new").filter((item) => !document.getElementById(item.id));
      if (!items.length || !this.hasListTarget) return;
      this.listTarget.prepend(...items);
      for (const item of items) htmx.process(item);
      this.statusTarget.textContent = this.statusTarget.dataset["text"] ?? "";
      this.unreadValue = true;
      await this.#markRead();
    } catch {
      // Asked again soon.
    } finally {
      this.#asking = false;
    }
  }

  /** Messages that are shown and were edited or deleted. False when one is in use just now: asked for again. */
  #follow(found: DocumentFragment): boolean {
    let isDone = true;
    for (const item of messagesIn(found, "edited")) {
      const shown = document.getElementById(item.id);
      if (!shown || shown.dataset["version"] === item.dataset["version"]) continue;
      if (shown.contains(document.activeElement)) {
        isDone = false;
        continue;
      }
      item.toggleAttribute("data-unread", "unread" in shown.dataset);
      shown.replaceWith(item);
      htmx.process(item);
    }
    for (const { dataset } of found.querySelectorAll<HTMLElement>("[data-part=gone] > [data-message]")) {
      document.getElementById(dataset["message"]!)?.remove();
    }
    return isDone;
  }

  async #markRead(): Promise<void> {
    if (!this.unreadValue || document.visibilityState !== "visible") return;
    this.unreadValue = false;
    if (await send(this.readValue, { method: "POST" })) tellBell();
    else this.unreadValue = true;
  }
}

function messagesIn(found: DocumentFragment, part: string): HTMLElement[] {
  return [...found.querySelectorAll<HTMLElement>(`[data-part=${part}] > [data-cursor]`)];
}

/** The bell counts anew. While it is still being loaded it may come with the number of before, so it is told then. */
function tellBell(): void {
  if (document.getElementById("bell-newest")) document.body.dispatchEvent(new CustomEvent("notifications:changed"));
  else document.body.addEventListener("htmx:load", tellBell, { once: true });
}
