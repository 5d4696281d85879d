import { Controller } from "@hotwired/stimulus";
import { send } from "../lib/http";

interface Item {
  value: string;
  label: string;
  detail?: string;
}

const WAIT = 120;
/** An @ at the beginning of a word and what was typed behind it, up to the caret. */
const BEGUN = /(?:^|[\s(])@([\p{L}\p{N}.'-]*(?: [\p{L}\p{N}.'-]*)?)$/u;

/** A text in which @ names people and teams: a list under it offers them, Enter takes one. Their keys are sent along. */
export default class extends Controller<HTMLElement> {
  static override targets = ["text", "list", "chosen"];
  static override values = { url: String };
  declare readonly textTarget: HTMLTextAreaElement;
  declare readonly listTarget: HTMLElement;
  declare readonly chosenTarget: HTMLElement;
  declare readonly urlValue: string;

  #items: Item[] = [];
  #at = 0;
  #timer = 0;
  #asked = 0;

  override disconnect(): void {
    clearTimeout(this.#timer);
  }

  typed(): void {
    clearTimeout(this.#timer);
    const query = this.#query;
    if (query === null) this.close();
    else this.#timer = window.setTimeout(() => void this.#load(query), WAIT);
  }

  key(event: KeyboardEvent): void {
    if (this.listTarget.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#mark((this.#at + step + this.#items.length) % this.#items.length);
    } else if (event.key === "Enter" || event.key === "Tab") {
      this.#take(this.#at);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.listTarget.hidden = true;
    this.listTarget.replaceChildren();
    this.textTarget.removeAttribute("aria-activedescendant");
  }

  get #query(): string | null {
    const before = this.textTarget.value.slice(0, this.textTarget.selectionStart);
    return BEGUN.exec(before)?.[1] ?? null;
  }

  async #load(query: string): Promise<void> {
    const asked = ++this.#asked;
    const answer = await send(`${this.urlValue}?q=${encodeURIComponent(query)}`);
    if (!answer || asked !== this.#asked) return;
    this.#items = ((await answer.json()) as { items: Item[] }).items.slice(0, 8);
    if (asked !== this.#asked) return;
    if (this.#items.length === 0) {
      this.close();
      return;
    }
    this.listTarget.replaceChildren(...this.#items.map((item, index) => this.#option(item, index)));
    this.listTarget.hidden = false;
    this.#mark(0);
  }

  #option(item: Item, index: number): HTMLElement {
    const option = document.createElement("div");
    option.id = `${this.listTarget.id}-${index}`;
    option.className = "menu-item";
    option.setAttribute("role", "option");
    const detail = document.createElement("span");
    detail.className = "muted truncate";
    detail.textContent = item.detail ?? "";
    option.append(item.label, detail);
    // Pressed, not clicked: the text keeps the focus.
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#take(index);
    });
    return option;
  }

  #mark(index: number): void {
    this.#at = index;
    for (const [place, option] of [...this.listTarget.children].entries()) option.setAttribute("aria-selected", String(place === index));
    this.listTarget.children[index]?.scrollIntoView({ block: "nearest" });
    this.textTarget.setAttribute("aria-activedescendant", `${this.listTarget.id}-${index}`);
  }

  #take(index: number): void {
    const item = this.#items[index];
    const query = this.#query;
    this.close();
    if (!item || query === null) return;
    const end = this.textTarget.selectionStart;
    this.textTarget.setRangeText(`${item.label} `, end - query.length, end, "end");
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "mention", value: item.value });
    this.chosenTarget.append(input);
    this.textTarget.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
