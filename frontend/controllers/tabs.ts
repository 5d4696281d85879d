import { Controller } from "@hotwired/stimulus";
import { recall, remember } from "../lib/storage";
import { bringInto } from "../lib/strips";

/**
 * Tabs made from its panels (`data-key`, `data-label`, `data-count`). With a `key` the last one is remembered.
 * With `fold` no panel is open until one is chosen, and the open one is closed by its own tab.
 * The event `tabs:counted` tells counts by key; a panel with `data-if-any` has no tab before its count says so.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["list", "panel"];
  static override values = { key: String, fold: Boolean };
  declare readonly listTarget: HTMLElement;
  declare readonly panelTargets: HTMLElement[];
  declare readonly keyValue: string;
  declare readonly foldValue: boolean;

  override connect(): void {
    this.listTarget.replaceChildren(...this.panelTargets.map((panel, index) => this.#tab(panel, index)));
    this.listTarget.addEventListener("click", this.#click);
    this.listTarget.addEventListener("keydown", this.#key);
    this.element.addEventListener("tabs:counted", this.#counted);
    const wanted = this.keyValue ? recall<string>(`tab:${this.keyValue}`) : null;
    this.element.addEventListener("draft:restored", this.#restored);
    const typed = this.panelTargets.find((panel) => panel.querySelector("form[data-typed]"));
    this.#show(typed ?? this.panelTargets.find((panel) => panel.dataset["key"] === wanted && !this.#isEmpty(panel)) ?? (this.foldValue ? undefined : this.panelTargets[0]));
  }

  override disconnect(): void {
    this.listTarget.removeEventListener("click", this.#click);
    this.listTarget.removeEventListener("keydown", this.#key);
    this.element.removeEventListener("tabs:counted", this.#counted);
    this.element.removeEventListener("draft:restored", this.#restored);
  }

  /** What was typed before and is back must be seen. */
  #restored = (event: Event): void => {
    const panel = this.panelTargets.find((one) => one.contains(event.target as Node));
    if (panel?.hidden) this.#show(panel);
  };

  #tab(panel: HTMLElement, index: number): HTMLElement {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.className = "tab";
    tab.setAttribute("role", "tab");
    tab.textContent = panel.dataset["label"] ?? "";
    this.#count(tab, panel);
    panel.id ||= `panel-${this.keyValue || "tabs"}-${index}-${Math.random().toString(36).slice(2, 7)}`;
    tab.setAttribute("aria-controls", panel.id);
    return tab;
  }

  #isEmpty({ dataset }: HTMLElement): boolean {
    return "ifAny" in dataset && ["", "0"].includes(dataset["count"] ?? "");
  }

  #count(tab: HTMLElement, panel: HTMLElement): void {
    const text = panel.dataset["count"] ?? "";
    tab.hidden = this.#isEmpty(panel);
    tab.querySelector(".count")?.remove();
    if (!text) return;
    const count = document.createElement("span");
    count.className = "count";
    count.textContent = text;
    tab.append(count);
  }

  #counted = (event: Event): void => {
    const counts = (event as CustomEvent<Record<string, unknown>>).detail;
    for (const [index, panel] of this.panelTargets.entries()) {
      const count = counts[panel.dataset["key"] ?? ""];
      if (typeof count !== "string") continue;
      panel.dataset["count"] = count;
      this.#count(this.#tabs[index]!, panel);
    }
  };

  get #tabs(): HTMLElement[] {
    return [...this.listTarget.children] as HTMLElement[];
  }

  #show(panel: HTMLElement | undefined): void {
    for (const [index, other] of this.panelTargets.entries()) {
      const chosen = other === panel;
      other.hidden = !chosen;
      const tab = this.#tabs[index]!;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen || (!panel && index === 0) ? 0 : -1;
      if (chosen) bringInto(this.listTarget, tab);
    }
    panel?.dispatchEvent(new CustomEvent("tab:shown", { bubbles: true }));
  }

  #choose(index: number, folds = false): void {
    const chosen = this.panelTargets[index];
    const panel = folds && this.foldValue && chosen && !chosen.hidden ? undefined : chosen;
    this.#show(panel);
    this.#tabs[index]?.focus();
    if (this.keyValue) remember(`tab:${this.keyValue}`, panel?.dataset["key"] ?? "");
  }

  #click = (event: Event): void => {
    const tab = (event.target as Element).closest<HTMLElement>("[role=tab]");
    if (tab) this.#choose(this.#tabs.indexOf(tab), true);
  };

  #key = (event: KeyboardEvent): void => {
    const shown = this.#tabs.filter((tab) => !tab.hidden);
    const at = shown.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const next = moves[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    this.#choose(this.#tabs.indexOf(shown.at(next % shown.length)!));
  };
}
