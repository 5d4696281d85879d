import { Controller } from "@hotwired/stimulus";
import { recall, remember } from "../lib/storage";

/** Tabs made from its panels (`data-key`, `data-label`, `data-count`). With a `key` the last one is remembered. */
export default class extends Controller<HTMLElement> {
  static override targets = ["list", "panel"];
  static override values = { key: String };
  declare readonly listTarget: HTMLElement;
  declare readonly panelTargets: HTMLElement[];
  declare readonly keyValue: string;

  override connect(): void {
    this.listTarget.replaceChildren(...this.panelTargets.map((panel, index) => this.#tab(panel, index)));
    this.listTarget.addEventListener("click", this.#click);
    this.listTarget.addEventListener("keydown", this.#key);
    const wanted = this.keyValue ? recall<string>(`tab:${this.keyValue}`) : null;
    this.#show(this.panelTargets.find((panel) => panel.dataset["key"] === wanted) ?? this.panelTargets[0]);
  }

  override disconnect(): void {
    this.listTarget.removeEventListener("click", this.#click);
    this.listTarget.removeEventListener("keydown", this.#key);
  }

  #tab(panel: HTMLElement, index: number): HTMLElement {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.className = "tab";
    tab.setAttribute("role", "tab");
    tab.textContent = panel.dataset["label"] ?? "";
    if (panel.dataset["count"]) {
      const count = document.createElement("span");
      count.className = "count";
      count.textContent = panel.dataset["count"];
      tab.append(count);
    }
    panel.id ||= `panel-${this.keyValue || "tabs"}-${index}-${Math.random().toString(36).slice(2, 7)}`;
    tab.setAttribute("aria-controls", panel.id);
    return tab;
  }

  get #tabs(): HTMLElement[] {
    return [...this.listTarget.children] as HTMLElement[];
  }

  #show(panel: HTMLElement | undefined): void {
    for (const [index, other] of this.panelTargets.entries()) {
      const chosen = other === panel;
      other.hidden = !chosen;
      const tab = this.#tabs[index]!;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) this.#bring(tab);
    }
    panel?.dispatchEvent(new CustomEvent("tab:shown", { bubbles: true }));
  }

  /** Scrolls the row of tabs, not the page, until the tab is seen whole. */
  #bring(tab: HTMLElement): void {
    const [row, at] = [this.listTarget.getBoundingClientRect(), tab.getBoundingClientRect()];
    this.listTarget.scrollLeft += Math.min(at.left - row.left, 0) + Math.max(at.right - row.right, 0);
  }

  #choose(index: number): void {
    const panel = this.panelTargets.at(index % this.panelTargets.length);
    this.#show(panel);
    this.#tabs.at(index % this.#tabs.length)?.focus();
    if (this.keyValue && panel) remember(`tab:${this.keyValue}`, panel.dataset["key"] ?? "");
  }

  #click = (event: Event): void => {
    const tab = (event.target as Element).closest<HTMLElement>("[role=tab]");
    if (tab) this.#choose(this.#tabs.indexOf(tab));
  };

  #key = (event: KeyboardEvent): void => {
    const at = this.#tabs.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const next = moves[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    this.#choose(next);
  };
}
