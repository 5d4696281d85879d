import { CalendarPointer } from "./calendar_pointer";
import { DAY_MINUTES, dayOf, isWhole, minutesOf, moved, resized, spoken, textOf, type Span } from "./calendar_time";
import { htmx } from "./htmx";
import { send } from "./http";
import { fill } from "./texts";
import { toast } from "./toasts";

export interface GridOptions {
  show: string;
  moveUrl: string;
  newUrl: string;
  texts: { picked: string; over: string; cancelled: string };
  say: (text: string) => void;
}

interface Held {
  entry: HTMLElement;
  before: Span;
  span: Span;
  parent: Node;
  next: Node | null;
  style: string;
  byKeys: boolean;
}

const STEP = 15;
const FIRST_SHOWN = 7 * 60;

/** The days of a calendar: places entries by the clock, holds the one that is being moved, tells the server. */
export class CalendarGrid {
  readonly #element: HTMLElement;
  readonly #options: GridOptions;
  readonly #pointer: CalendarPointer;
  readonly #wide = matchMedia("(min-width: 768px)");
  #held: Held | null = null;

  constructor(element: HTMLElement, options: GridOptions) {
    this.#element = element;
    this.#options = options;
    this.#place();
    this.#scroll();
    this.#pointer = new CalendarPointer(element, this);
    element.addEventListener("keydown", this.#key);
    element.addEventListener("focusout", this.#left);
    this.#wide.addEventListener("change", this.#place);
  }

  stop(): void {
    this.#pointer.stop();
    this.#element.removeEventListener("keydown", this.#key);
    this.#element.removeEventListener("focusout", this.#left);
    this.#wide.removeEventListener("change", this.#place);
  }

  get isMonth(): boolean {
    return this.#options.show === "month";
  }

  get maySelect(): boolean {
    return this.#options.newUrl !== "";
  }

  // Places ------------------------------------------------------------------------------------

  #place = (): void => {
    const timed = this.#options.show === "day" || (this.#options.show === "week" && this.#wide.matches);
    for (const column of this.#all("column")) {
      column.classList.toggle("is-timed", timed);
      column.style.setProperty("--work-from", column.dataset["workFrom"] ?? "0");
      column.style.setProperty("--work-to", column.dataset["workTo"] ?? String(DAY_MINUTES));
    }
    for (const entry of this.#all("entry")) {
      for (const name of ["top", "height", "lane", "lanes"]) entry.style.setProperty(`--${name}`, entry.dataset[name] ?? "0");
    }
    const room = Math.max(0, ...this.#all("whole").map((list) => list.scrollHeight));
    this.#element.style.setProperty("--whole", timed ? `${room + 4}px` : "0px");
  };

  /** An hour before work first, or the first entry when that is earlier. */
  #scroll(): void {
    const scroll = this.#all("scroll")[0];
    if (!scroll || !this.#element.querySelector(".is-timed")) return;
    const kept = Number(document.body.dataset["calendarScroll"] ?? NaN);
    const tops = this.#all("entry").filter((entry) => entry.closest(".is-timed")).map((entry) => Number(entry.dataset["top"]));
    const begins = this.#all("column").filter((column) => Number(column.dataset["workTo"]) > 0).map((column) => Number(column.dataset["workFrom"]) - 60);
    const first = Math.max(0, Math.min(begins.length ? Math.min(...begins) : FIRST_SHOWN, ...tops));
    scroll.scrollTop = Number.isNaN(kept) ? (first / DAY_MINUTES) * (this.#element.querySelector(".is-timed")?.clientHeight ?? 0) : kept;
    scroll.addEventListener("scroll", () => { document.body.dataset["calendarScroll"] = String(scroll.scrollTop); }, { passive: true });
  }

  /** Where entries of that day stand; null when the day is not shown. */
  listOf(day: string, whole: boolean): HTMLElement | null {
    const section = this.#element.querySelector<HTMLElement>(`[data-calendar-target=day][data-day="${CSS.escape(day)}"]`);
    const name = whole && !this.isMonth ? "whole" : "column";
    return section?.querySelector<HTMLElement>(`[data-calendar-target=${name}]`) ?? null;
  }

  // The entry that is held ----------------------------------------------------------------------

  hold(entry: HTMLElement, byKeys: boolean): void {
    const span = { start: entry.dataset["start"] ?? "", end: entry.dataset["end"] ?? "" };
    const style = entry.style.cssText;
    this.#held = { entry, before: span, span, parent: entry.parentNode!, next: entry.nextSibling, style, byKeys };
    entry.classList.add("is-held");
  }

  get span(): Span | null {
    return this.#held?.span ?? null;
  }

  /** Shows the held entry there; days that are not shown are refused. */
  showAt(span: Span): void {
    const held = this.#held;
    const list = held && this.listOf(dayOf(span.start), isWhole(span.start));
    if (!held || !list) return;
    held.span = span;
    if (held.entry.parentElement !== list) list.append(held.entry);
    const top = minutesOf(span.start) - minutesOf(dayOf(span.start));
    const height = Math.max(30, minutesOf(span.end) - minutesOf(span.start));
    const own = { top, height: Math.min(height, DAY_MINUTES - top), lane: 0, lanes: 1 };
    for (const [name, value] of Object.entries(own)) held.entry.style.setProperty(`--${name}`, String(value));
    const clock = held.entry.querySelector(".calendar-clock");
    const until = clock?.querySelector(".calendar-until");
    if (clock?.firstChild && until && !isWhole(span.start)) {
      clock.firstChild.textContent = span.start.slice(11);
      until.textContent = span.start === span.end ? "" : `–${span.end.slice(11)}`;
    }
    if (!held.byKeys) return;
    held.entry.querySelector("a")?.focus({ preventScroll: true });
    held.entry.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#say(this.#options.texts.over);
  }

  cancel(): void {
    const held = this.#release();
    if (held) this.#putBack(held);
  }

  async drop(): Promise<void> {
    const held = this.#release();
    if (!held) return;
    const { before, span, entry } = held;
    if (before.start === span.start && before.end === span.end) return this.#putBack(held);
    const { type, key, version, series, at } = entry.dataset; // what has no record yet is told by its series
    const which = key ? { card: key, version: version! } : { series: series!, at: at! };
    const body = new URLSearchParams({ type: type!, ...which, start: span.start });
    const length = (one: Span): number => minutesOf(one.end) - minutesOf(one.start);
    if (length(before) !== length(span)) body.set("end", span.end);
    if (entry.dataset["repeats"] !== undefined) {
      this.#putBack(held); // until it is said which ones are meant
      void htmx.ajax("get", `${this.#options.moveUrl}ask/?${body}`, { target: "#dialog-slot", swap: "innerHTML" });
      return;
    }
    entry.classList.add("is-busy");
    const answer = await send(this.#options.moveUrl, { method: "POST", body });
    entry.classList.remove("is-busy");
    if (!answer) this.#putBack(held);
    else {
      const { message, undo, label } = (await answer.json()) as { message: string; undo: string; label: string };
      toast(message, { tone: "success", actionLabel: label, actionUrl: undo });
    }
    htmx.trigger(document.body, "calendar:changed", {});
  }

  #release(): Held | null {
    const held = this.#held;
    this.#held = null;
    held?.entry.classList.remove("is-held");
    return held;
  }

  #putBack(held: Held): void {
    const hadFocus = held.entry.contains(document.activeElement);
    held.parent.insertBefore(held.entry, held.next?.parentNode === held.parent ? held.next : null);
    held.entry.style.cssText = held.style;
    if (hadFocus || held.byKeys) held.entry.querySelector("a")?.focus();
  }

  // Making ------------------------------------------------------------------------------------

  make(span: Span): void {
    const url = new URL(this.#options.newUrl, location.href);
    url.searchParams.set("start", span.start);
    url.searchParams.set("end", span.end);
    void htmx.ajax("get", `${url.pathname}${url.search}`, { target: "#dialog-slot", swap: "innerHTML" });
  }

  // Keys --------------------------------------------------------------------------------------

  #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const entry = (event.target as Element).closest<HTMLElement>("[data-calendar-target=entry]");
    if (!entry) return;
    if (this.#held ? !this.#heldKey(event) : !this.#freeKey(entry, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  #freeKey(entry: HTMLElement, key: string): boolean {
    if (key !== " ") return false;
    if (entry.dataset["movable"] === undefined) return true;
    this.hold(entry, true);
    this.#say(this.#options.texts.picked);
    return true;
  }

  #heldKey({ key, shiftKey }: KeyboardEvent): boolean {
    if (key === "Enter" || key === " ") void this.drop();
    else if (key === "Escape") {
      this.#say(this.#options.texts.cancelled);
      this.cancel();
    } else if (key.startsWith("Arrow")) this.#step(key, shiftKey);
    else return key !== "Tab" && key !== "Shift";
    return true;
  }

  #step(key: string, resizes: boolean): void {
    const { span, entry } = this.#held!;
    const byDays = isWhole(span.start) || this.isMonth;
    const vertical = byDays ? (this.isMonth ? 7 * DAY_MINUTES : 0) : STEP;
    const by = { ArrowUp: -vertical, ArrowDown: vertical, ArrowLeft: -DAY_MINUTES, ArrowRight: DAY_MINUTES }[key] ?? 0;
    if (!resizes) this.showAt(moved(span, by));
    else if (entry.dataset["resizable"] !== undefined) this.showAt(resized(span, minutesOf(span.end) + by, isWhole(span.start) ? DAY_MINUTES : STEP));
  }

  #left = (event: FocusEvent): void => {
    if (this.#held?.byKeys && event.relatedTarget && !this.#element.contains(event.relatedTarget as Node)) this.cancel();
  };

  #say(template: string): void {
    if (!this.#held) return;
    const { entry, span } = this.#held;
    const end = isWhole(span.end) ? textOf(minutesOf(span.end) - DAY_MINUTES, true) : span.end;
    this.#options.say(fill(template, { entry: entry.dataset["title"] ?? "", start: spoken(span.start), end: spoken(end) }));
  }

  #all(name: string): HTMLElement[] {
    return [...this.#element.querySelectorAll<HTMLElement>(`[data-calendar-target=${name}]`)];
  }
}
