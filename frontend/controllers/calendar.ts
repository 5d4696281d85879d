import { Controller } from "@hotwired/stimulus";
import type { CalendarGrid } from "../lib/calendar_grid";

/**
 * Days with entries that are placed by the clock, moved, made longer and made by dragging or by keyboard. What does
 * that is loaded with the first calendar. `moveUrl` takes type, card, version, start and end by the clock;
 * `newUrl` answers with a dialog for ?start=&end=.
 */
export default class extends Controller<HTMLElement> {
  static override targets = ["scroll", "day", "whole", "column", "entry", "status"];
  static override values = { show: String, moveUrl: String, newUrl: String, picked: String, over: String, cancelled: String };
  declare readonly showValue: string;
  declare readonly moveUrlValue: string;
  declare readonly newUrlValue: string;
  declare readonly pickedValue: string;
  declare readonly overValue: string;
  declare readonly cancelledValue: string;
  declare readonly statusTarget: HTMLElement;

  #grid: CalendarGrid | null = null;

  override async connect(): Promise<void> {
    const { CalendarGrid } = await import("../lib/calendar_grid");
    if (!this.element.isConnected || this.#grid) return;
    this.#grid = new CalendarGrid(this.element, {
      show: this.showValue,
      moveUrl: this.moveUrlValue,
      newUrl: this.newUrlValue,
      texts: { picked: this.pickedValue, over: this.overValue, cancelled: this.cancelledValue },
      say: (text) => {
        this.statusTarget.textContent = text;
      },
    });
  }

  override disconnect(): void {
    this.#grid?.stop();
    this.#grid = null;
  }
}
