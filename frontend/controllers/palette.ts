import { Controller } from "@hotwired/stimulus";
import { commandsOf, iconOf } from "../lib/commands";
import { send } from "../lib/http";
import { recall, remember } from "../lib/storage";
import { fold } from "../lib/texts";

interface Visited {
  href: string;
  name: string;
  detail: string;
  icon: string;
}

const WAIT_MS = 140;
const KEPT = 8;

/**
 * Ctrl+K: records from the server (`url`?q=), recent records, what can be done with the record or the selection at
 * hand (`acts`), and commands.
 */
export default class extends Controller<HTMLDialogElement> {
  static override targets = ["input", "results", "recent", "records", "acts", "groupTemplate", "commands", "empty", "busy", "status", "itemTemplate"];
  static override values = { url: String, change: String };
  declare readonly inputTarget: HTMLInputElement;
  declare readonly resultsTarget: HTMLElement;
  declare readonly recentTarget: HTMLElement;
  declare readonly recordsTarget: HTMLElement;
  declare readonly actsTarget: HTMLElement;
  declare readonly groupTemplateTarget: HTMLTemplateElement;
  declare readonly commandsTarget: HTMLElement;
  declare readonly emptyTarget: HTMLElement;
  declare readonly busyTarget: HTMLElement;
  declare readonly statusTarget: HTMLElement;
  declare readonly itemTemplateTarget: HTMLTemplateElement;
  declare readonly urlValue: string;
  declare readonly changeValue: string;

  #timer = 0;
  #request: AbortController | null = null;
  #acts = new Map<HTMLElement, () => void>();

  override connect(): void {
    document.addEventListener("keydown", this.#globalKey);
    document.addEventListener("click", this.#globalClick);
    this.#rememberPage();
    this.#collectCommands();
  }

  override disconnect(): void {
    document.removeEventListener("keydown", this.#globalKey);
    document.removeEventListener("click", this.#globalClick);
  }

  open(): void {
    if (this.element.open) return;
    this.inputTarget.value = "";
    this.recordsTarget.replaceChildren();
    this.#showRecent();
    this.#showActs();
    this.element.showModal();
    this.inputTarget.focus();
    this.#filter("");
  }

  closed(): void {
    this.#request?.abort();
    clearTimeout(this.#timer);
  }

  typed(): void {
    const query = this.inputTarget.value.trim();
    this.#filter(fold(query));
    clearTimeout(this.#timer);
    this.#request?.abort();
    if (!query || !this.urlValue) {
      this.recordsTarget.replaceChildren();
      this.busyTarget.hidden = true;
      this.#settle();
      return;
    }
    this.busyTarget.hidden = false;
    this.#timer = window.setTimeout(() => void this.#search(query), WAIT_MS);
  }

  key(event: KeyboardEvent): void {
    const items = this.#shown;
    const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at <= 0 ? items.length - 1 : at - 1 };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      this.#select(items[next % items.length], true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#run(items[Math.max(at, 0)], event.ctrlKey || event.metaKey);
    } else if (event.key === "Tab") event.preventDefault();
  }

  pointed(event: PointerEvent): void {
    this.#select((event.target as Element).closest<HTMLElement>("[role=option]") ?? undefined, false);
  }

  chosen(event: MouseEvent): void {
    const item = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (!item) return;
    event.preventDefault();
    this.#run(item, event.ctrlKey || event.metaKey);
  }

  get #shown(): HTMLElement[] {
    return [...this.resultsTarget.querySelectorAll<HTMLElement>("[role=option]")].filter((item) => item.checkVisibility());
  }

  async #search(query: string): Promise<void> {
    this.#request = new AbortController();
    const { signal } = this.#request;
    const address = new URL(this.urlValue, location.href);
    address.searchParams.set("q", query);
    const answer = await send(address.href, { signal });
    if (signal.aborted) return;
    this.busyTarget.hidden = true;
    if (!answer) return;
    const html = await answer.text();
    if (signal.aborted) return;
    this.recordsTarget.innerHTML = html;
    this.#settle();
  }

  #filter(query: string): void {
    const words = query.split(/\s+/).filter(Boolean);
    for (const group of [this.commandsTarget, ...this.actsTarget.querySelectorAll<HTMLElement>("[role=group]")]) {
      for (const item of group.querySelectorAll<HTMLElement>("[role=option]")) {
        // What can be done here goes by the beginnings of words: "lend" is no calendar.
        const name = fold(` ${item.textContent ?? ""}`);
        const start = group === this.commandsTarget ? "" : " ";
        item.hidden = words.length ? !words.every((word) => name.includes(start + word)) : "whenAsked" in item.dataset;
      }
      group.hidden = !group.querySelector("[role=option]:not([hidden])");
    }
    this.recentTarget.hidden = query !== "" || !this.recentTarget.querySelector("[role=option]");
    this.#settle();
  }

  /** After a change: the first hit is chosen, ids tie the list to the input, the count is announced. */
  #settle(): void {
    const items = this.#shown;
    for (const [index, item] of items.entries()) item.id ||= `palette-${performance.now().toFixed(0)}-${index}`;
    this.emptyTarget.hidden = items.length > 0 || !this.busyTarget.hidden;
    this.#select(items[0], true);
    if (this.inputTarget.value) this.statusTarget.textContent = `${this.statusTarget.dataset["countText"] ?? ""} ${items.length}`;
  }

  #select(item: HTMLElement | undefined, scroll: boolean): void {
    if (!item) {
      this.inputTarget.removeAttribute("aria-activedescendant");
      return;
    }
    for (const chosen of this.resultsTarget.querySelectorAll("[aria-selected=true]")) chosen.setAttribute("aria-selected", "false");
    item.setAttribute("aria-selected", "true");
    this.inputTarget.setAttribute("aria-activedescendant", item.id);
    if (scroll) item.scrollIntoView({ block: "nearest" });
  }

  #run(item: HTMLElement | undefined, onNewTab: boolean): void {
    if (!item) return;
    const act = this.#acts.get(item);
    const source = item.dataset["command"];
    if (item.hasAttribute("data-record")) this.#visit(item);
    const href = item.getAttribute("href");
    if (onNewTab && href) {
      window.open(href, "_blank", "noopener");
      return;
    }
    this.element.close();
    if (act) act();
    else if (source) document.querySelector<HTMLElement>(`[data-command-id="${source}"]`)?.click();
    else if (href) location.assign(href);
  }

  /** Entries of the page's menus marked `data-command` can be run from here too. */
  #collectCommands(): void {
    for (const [index, entry] of [...document.querySelectorAll<HTMLElement>("[data-command]")].entries()) {
      if (this.element.contains(entry)) continue;
      entry.dataset["commandId"] = String(index);
      const icon = iconOf(entry);
      const group = entry.closest("[role=menu]")?.getAttribute("aria-label") ?? "";
      const item = this.#item({ href: "", name: (entry.dataset["command"] || entry.querySelector("span")?.textContent || entry.textContent || "").trim(), detail: group, icon });
      item.dataset["command"] = String(index);
      this.commandsTarget.append(item);
    }
  }

  /** Asked anew each time: records beside a list and selections come and go. */
  #showActs(): void {
    this.#acts.clear();
    this.actsTarget.replaceChildren();
    for (const { heading, commands } of commandsOf(this.changeValue)) {
      const group = (this.groupTemplateTarget.content.cloneNode(true) as DocumentFragment).querySelector<HTMLElement>("[role=group]")!;
      group.setAttribute("aria-label", heading);
      group.querySelector(".palette-group")!.textContent = heading;
      for (const command of commands) {
        const item = this.#item({ href: "", name: command.name, detail: "", icon: command.icon });
        if (command.change) item.dataset["whenAsked"] = "";
        const end = item.querySelector<HTMLElement>(".end")!;
        end.hidden = !command.keys;
        end.querySelector(".kbd")!.textContent = command.keys;
        this.#acts.set(item, command.run);
        group.append(item);
      }
      this.actsTarget.append(group);
    }
  }

  #item(entry: Visited): HTMLElement {
    const item = (this.itemTemplateTarget.content.cloneNode(true) as DocumentFragment).querySelector<HTMLElement>("[role=option]")!;
    if (entry.href) item.setAttribute("href", entry.href);
    const use = item.querySelector("use");
    use?.setAttribute("href", use.getAttribute("href")!.replace(/#.*/, `#${entry.icon}`));
    item.querySelector(".name")!.textContent = entry.name;
    item.querySelector(".detail")!.textContent = entry.detail;
    return item;
  }

  #visit(item: HTMLElement): void {
    const words = (selector: string): string => item.querySelector(selector)?.textContent?.trim() ?? "";
    this.#keep({ href: item.getAttribute("href") ?? "", name: words(".name"), detail: words(".detail"), icon: item.dataset["icon"] ?? "point" });
  }

  /** A record page names itself in <meta name="recent" content="NAME" data-detail data-icon>. */
  #rememberPage(): void {
    const meta = document.querySelector<HTMLMetaElement>("meta[name=recent]");
    if (meta) this.#keep({ href: location.pathname, name: meta.content, detail: meta.dataset["detail"] ?? "", icon: meta.dataset["icon"] ?? "point" });
  }

  #keep(entry: Visited): void {
    const others = (recall<Visited[]>("recent") ?? []).filter((other) => other.href !== entry.href);
    remember("recent", [entry, ...others].slice(0, KEPT));
  }

  #showRecent(): void {
    for (const item of this.recentTarget.querySelectorAll("[role=option]")) item.remove();
    for (const entry of recall<Visited[]>("recent") ?? []) {
      if (entry.href !== location.pathname) this.recentTarget.append(this.#item(entry));
    }
  }

  #globalKey = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (this.element.open) this.element.close();
    else this.open();
  };

  #globalClick = (event: MouseEvent): void => {
    if ((event.target as Element).closest("[data-palette-open]")) this.open();
  };
}
