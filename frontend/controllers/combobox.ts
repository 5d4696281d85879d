import { Controller } from "@hotwired/stimulus";
import type TomSelect from "tom-select";
import { send } from "../lib/http";
import { text } from "../lib/texts";
import { arrived, expectSoon, failed, isCommand } from "../lib/typed_ahead";

interface Option {
  value: string;
  label: string;
  detail?: string;
}

/**
 * A select that one types into. With `url` options come from the server: GET url?q=TEXT answers
 * {"items": [{"value", "label", "detail"}]}. `create` lets a new value be typed (tags). Enter before the answer to what
 * is typed waits for it, as do the keys after it; then it picks from that answer.
 */
export default class extends Controller<HTMLSelectElement> {
  static override values = { url: String, create: Boolean, max: Number };
  declare readonly urlValue: string;
  declare readonly createValue: boolean;
  declare readonly maxValue: number;

  #select: TomSelect | null = null;
  /** The words whose answer is offered. */
  #answered = "";
  #early: KeyboardEvent | null = null;

  override async connect(): Promise<void> {
    const { default: Select } = await import("tom-select/base");
    const { default: removeButton } = await import("tom-select/plugins/remove_button/plugin.js");
    Select.define("remove_button", removeButton);
    if (!this.element.isConnected || this.#select) return;
    const hadFocus = document.activeElement === this.element;
    this.#select = new Select(this.element, {
      valueField: "value",
      labelField: "label",
      searchField: this.urlValue ? [] : ["label", "detail"],
      create: this.createValue,
      createOnBlur: this.createValue,
      persist: false,
      maxOptions: 200,
      ...(this.maxValue ? { maxItems: this.maxValue } : {}),
      plugins: this.element.multiple ? { remove_button: { title: text("remove"), label: "×" } } : {},
      ...(this.urlValue ? { load: this.#load, preload: "focus", shouldLoad: () => true, loadThrottle: 180 } : {}),
      onBlur: () => this.#forget(),
      onItemAdd: () => this.#forget(),
      onDropdownOpen: () => this.#select?.clearActiveItems(),
      render: {
        option: (data: Option, escape: (value: string) => string) => `<div>${escape(data.label ?? "")}${data.detail ? `<span class="detail">${escape(data.detail)}</span>` : ""}</div>`,
        item: (data: Option, escape: (value: string) => string) => `<div>${escape(data.label ?? "")}</div>`,
        no_results: () => `<div class="no-results">${text("noResults")}</div>`,
        option_create: (data: { input: string }, escape: (value: string) => string) => `<div class="create">+ ${escape(data.input)}</div>`,
        loading: () => `<div class="no-results">${text("loading")}</div>`,
      },
    });
    // The input that Tom Select puts in front carries the label; the select itself is only what is sent.
    this.element.setAttribute("aria-hidden", "true");
    this.element.addEventListener("draft:restored", this.#sync);
    if (this.urlValue) this.#select.wrapper.addEventListener("keydown", this.#key, true);
    if (hadFocus) this.#select.focus();
  }

  override disconnect(): void {
    this.element.removeEventListener("draft:restored", this.#sync);
    this.element.removeAttribute("aria-hidden");
    this.#forget();
    this.#select?.destroy();
    this.#select = null;
  }

  #sync = (): void => {
    this.#select?.sync();
  };

  #load = async (query: string, done: (options?: Option[]) => void): Promise<void> => {
    const address = new URL(this.urlValue, location.href);
    address.searchParams.set("q", query);
    const answer = await send(address.href);
    const items = answer ? ((await answer.json()) as { items: Option[] }).items : [];
    const select = this.#select;
    if (!select) return;
    if (query !== select.inputValue()) {
      // Something else is typed by now: what is offered stays, and this is asked again when it is typed again.
      delete select.loadedSearches[query];
      done();
      return;
    }
    select.clearOptions();
    this.#answered = query;
    done(items);
    const early = this.#early;
    if (!early) return;
    this.#early = null;
    if (query) select.onKeyDown(early);
    arrived(select.wrapper);
  };

  #key = (event: KeyboardEvent): void => {
    const typed = this.#select?.inputValue();
    if (!this.#select || event.key !== "Enter" || isCommand(event) || !typed || typed === this.#answered) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#early = event;
    expectSoon(this.#select.wrapper);
  };

  /** Whoever chose or went elsewhere meanwhile waits no longer. */
  #forget(): void {
    if (!this.#early || !this.#select) return;
    this.#early = null;
    failed(this.#select.wrapper);
  }
}
