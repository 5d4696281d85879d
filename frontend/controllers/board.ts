import { Controller } from "@hotwired/stimulus";
import type Sortable from "sortablejs";
import type { SortableEvent } from "sortablejs";
import { htmx } from "../lib/htmx";
import { send } from "../lib/http";
import { fill } from "../lib/texts";
import { toast } from "../lib/toasts";

interface Place {
  list: HTMLElement;
  next: Element | null;
}
interface MoveAnswer {
  version?: number | string;
  columns?: Record<string, { count?: string; sum?: string }>;
  message?: string;
  dialog?: string;
}

/**
 * Cards moved between columns by dragging or by keyboard (Space picks up, arrows move, Enter drops, Escape cancels).
 * POSTs card, column, before (key of the card below, or empty) and version to `url`. The answer may be 204 or JSON:
 * {version, columns: {KEY: {count, sum}}, message, dialog}. `dialog` is an address whose fragment asks for more
 * (a reason for losing); the card waits in its old place. A refusal puts the card back with the server's words.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["column", "list", "card", "status"];
  static override values = { url: String, picked: String, over: String, dropped: String, cancelled: String, refused: String };
  declare readonly listTargets: HTMLElement[];
  declare readonly statusTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly pickedValue: string;
  declare readonly overValue: string;
  declare readonly droppedValue: string;
  declare readonly cancelledValue: string;
  declare readonly refusedValue: string;

  #sortables = new Map<HTMLElement, Sortable>();
  #held: HTMLElement | null = null;
  #from: Place | null = null;

  override connect(): void {
    this.element.addEventListener("keydown", this.#key);
    this.element.addEventListener("click", this.#click);
    this.element.addEventListener("focusout", this.#left);
  }

  override disconnect(): void {
    this.element.removeEventListener("keydown", this.#key);
    this.element.removeEventListener("click", this.#click);
    this.element.removeEventListener("focusout", this.#left);
    for (const sortable of this.#sortables.values()) sortable.destroy();
    this.#sortables.clear();
  }

  /** Columns may come later by htmx: each list is made sortable when it arrives. */
  async listTargetConnected(list: HTMLElement): Promise<void> {
    if (!this.urlValue) return;
    const { default: sortable } = await import("sortablejs");
    if (!list.isConnected || this.#sortables.has(list)) return;
    this.#sortables.set(list, sortable.create(list, {
      group: "board",
      draggable: ".board-card",
      filter: ".is-busy",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
      delay: 180,
      delayOnTouchOnly: true,
      ghostClass: "is-ghost",
      onStart: (event: SortableEvent) => {
        this.#from = { list: event.from, next: event.item.nextElementSibling };
      },
      onMove: (event) => this.#mark(event.to),
      onEnd: (event: SortableEvent) => {
        this.#mark(null);
        if (event.from !== event.to || event.oldIndex !== event.newIndex) void this.#post(event.item);
      },
    }));
  }

  listTargetDisconnected(list: HTMLElement): void {
    this.#sortables.get(list)?.destroy();
    this.#sortables.delete(list);
  }

  #key = (event: KeyboardEvent): void => {
    const card = (event.target as Element).closest<HTMLElement>("[data-board-target=card]");
    if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey) return;
    const handled = this.#held ? this.#heldKey(event.key) : this.#freeKey(card, event.key);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #freeKey(card: HTMLElement, key: string): boolean {
    if (key === " " && this.urlValue && !card.classList.contains("is-busy")) this.#pickUp(card);
    else if (key === "Enter") this.#open(card);
    else if (key.startsWith("Arrow")) this.#focusNeighbour(card, key);
    else return false;
    return true;
  }

  #heldKey(key: string): boolean {
    if (key === "Escape") this.#cancel();
    else if (key === "Enter" || key === " ") this.#drop();
    else if (key.startsWith("Arrow")) this.#moveHeld(key);
    else return key !== "Tab";
    return true;
  }

  #pickUp(card: HTMLElement): void {
    this.#held = card;
    this.#from = { list: card.parentElement!, next: card.nextElementSibling };
    card.classList.add("is-held");
    this.#say(this.pickedValue, card);
  }

  #moveHeld(key: string): void {
    const card = this.#held!;
    const list = card.parentElement!;
    if (key === "ArrowUp" && card.previousElementSibling) card.previousElementSibling.before(card);
    else if (key === "ArrowDown" && card.nextElementSibling) card.nextElementSibling.after(card);
    else if (key === "ArrowLeft" || key === "ArrowRight") {
      const target = this.listTargets[this.listTargets.indexOf(list) + (key === "ArrowLeft" ? -1 : 1)];
      if (!target) return;
      target.insertBefore(card, target.children[[...list.children].indexOf(card)] ?? null);
    } else return;
    this.#mark(card.parentElement);
    card.focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#say(this.overValue, card);
  }

  #drop(): void {
    const card = this.#release();
    if (!card || !this.#from) return;
    const moved = card.parentElement !== this.#from.list || card.nextElementSibling !== this.#from.next;
    if (moved) void this.#post(card);
    else this.#say(this.droppedValue, card);
  }

  #cancel(): void {
    const card = this.#release();
    if (!card) return;
    this.#putBack(card);
    card.focus();
    this.#say(this.cancelledValue, card);
  }

  #release(): HTMLElement | null {
    const card = this.#held;
    this.#held = null;
    card?.classList.remove("is-held");
    this.#mark(null);
    return card;
  }

  async #post(card: HTMLElement): Promise<void> {
    const from = this.#from;
    card.classList.add("is-busy");
    const next = card.nextElementSibling as HTMLElement | null;
    const body = new URLSearchParams({
      card: card.dataset["key"] ?? "",
      column: this.#column(card)?.dataset["key"] ?? "",
      before: next?.dataset["key"] ?? "",
      version: card.dataset["version"] ?? "",
    });
    const response = await send(this.urlValue, { method: "POST", body });
    card.classList.remove("is-busy");
    const answer: MoveAnswer = response?.status === 200 ? ((await response.json()) as MoveAnswer) : {};
    const focused = document.activeElement === card || document.activeElement === document.body;
    if (!response || answer.dialog) {
      this.#from = from;
      this.#putBack(card);
      if (!response) this.#say(this.refusedValue, card);
    } else this.#say(this.droppedValue, card);
    if (focused) card.focus();
    if (answer.dialog) void htmx.ajax("get", answer.dialog, { target: "#dialog-slot", swap: "innerHTML" });
    this.#apply(card, answer);
  }

  #apply(card: HTMLElement, answer: MoveAnswer): void {
    if (answer.version !== undefined) card.dataset["version"] = String(answer.version);
    for (const [key, { count, sum }] of Object.entries(answer.columns ?? {})) {
      const column = this.element.querySelector(`[data-board-target=column][data-key="${CSS.escape(key)}"]`);
      if (count !== undefined) column?.querySelector("[data-board-count]")?.replaceChildren(count);
      if (sum !== undefined) column?.querySelector("[data-board-sum]")?.replaceChildren(sum);
    }
    if (answer.message) toast(answer.message, { tone: "success" });
  }

  #putBack(card: HTMLElement): void {
    this.#from?.list.insertBefore(card, this.#from.next?.parentElement === this.#from.list ? this.#from.next : null);
  }

  #focusNeighbour(card: HTMLElement, key: string): void {
    const list = card.parentElement!;
    const at = [...list.children].indexOf(card);
    const beside = (step: number): HTMLElement | undefined => {
      const lists = this.listTargets;
      for (let index = lists.indexOf(list) + step; lists[index]; index += step) {
        const cards = lists[index]!.children;
        if (cards.length) return cards[Math.min(at, cards.length - 1)] as HTMLElement;
      }
      return undefined;
    };
    const moves: Record<string, () => Element | null | undefined> = {
      ArrowUp: () => card.previousElementSibling,
      ArrowDown: () => card.nextElementSibling,
      ArrowLeft: () => beside(-1),
      ArrowRight: () => beside(1),
    };
    (moves[key]?.() as HTMLElement | null | undefined)?.focus();
  }

  #open(card: HTMLElement): void {
    if (card.dataset["href"]) location.assign(card.dataset["href"]);
  }

  #click = (event: MouseEvent): void => {
    const card = (event.target as Element).closest<HTMLElement>("[data-board-target=card]");
    if (card && !(event.target as Element).closest("a, button, input, [data-controller=menu]")) card.focus();
  };

  #left = (event: FocusEvent): void => {
    if (this.#held && event.relatedTarget && !this.element.contains(event.relatedTarget as Node)) this.#cancel();
  };

  #column(card: HTMLElement): HTMLElement | null {
    return card.closest<HTMLElement>("[data-board-target=column]");
  }

  #mark(list: HTMLElement | null): void {
    const target = list?.closest("[data-board-target=column]");
    for (const column of this.element.querySelectorAll("[data-board-target=column]")) column.classList.toggle("is-target", column === target);
  }

  #say(template: string, card: HTMLElement): void {
    const list = card.parentElement!;
    this.statusTarget.textContent = fill(template, {
      card: card.dataset["title"] ?? "",
      column: this.#column(card)?.dataset["title"] ?? "",
      place: [...list.children].indexOf(card) + 1,
      count: list.children.length,
    });
  }
}
