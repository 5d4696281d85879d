import type { CalendarGrid } from "./calendar_grid";
import { DAY_MINUTES, dayOf, isWhole, minutesOf, resized, textOf, type Span } from "./calendar_time";

interface Place {
  day: string;
  /** Minutes since midnight; null where only the day counts. */
  minutes: number | null;
}
interface Drag {
  kind: "move" | "resize" | "select";
  entry: HTMLElement | null;
  from: Place;
  x: number;
  y: number;
  started: boolean;
}

const STEP = 15;
const FAR_ENOUGH = 4;
const USUAL_LENGTH = 60;

/** Moving, making longer and choosing a span with mouse or pen; with a finger a tap chooses, so that days can be scrolled. */
export class CalendarPointer {
  readonly #element: HTMLElement;
  readonly #grid: CalendarGrid;
  #drag: Drag | null = null;
  #ghost: HTMLElement | null = null;
  #swallow = false;

  constructor(element: HTMLElement, grid: CalendarGrid) {
    this.#element = element;
    this.#grid = grid;
    element.addEventListener("pointerdown", this.#down);
    element.addEventListener("click", this.#click, true);
  }

  stop(): void {
    this.#element.removeEventListener("pointerdown", this.#down);
    this.#element.removeEventListener("click", this.#click, true);
    this.#end();
  }

  #down = (event: PointerEvent): void => {
    this.#swallow = false;
    if (event.button !== 0 || event.pointerType === "touch" || this.#drag) return;
    const target = event.target as HTMLElement;
    const entry = target.closest<HTMLElement>("[data-calendar-target=entry]");
    const from = this.#placeAt(event);
    if (!from || (entry ? entry.dataset["movable"] === undefined : !this.#isFree(target))) return;
    const kind = entry ? (target.closest(".calendar-grip") ? "resize" : "move") : "select";
    this.#drag = { kind, entry, from, x: event.clientX, y: event.clientY, started: false };
    event.preventDefault(); // no text is marked
    addEventListener("pointermove", this.#move);
    addEventListener("pointerup", this.#up);
    addEventListener("pointercancel", this.#cancelled);
    addEventListener("keydown", this.#key, true);
  };

  #isFree(target: HTMLElement): boolean {
    return this.#grid.maySelect && target.closest(".is-timed, .calendar-cell, .calendar-whole") !== null && !target.closest("a, button");
  }

  #move = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (!drag) return;
    if (!drag.started && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR_ENOUGH) return;
    if (!drag.started) {
      drag.started = true;
      if (drag.entry) this.#grid.hold(drag.entry, false);
    }
    const place = this.#placeAt(event);
    if (!place) return;
    if (drag.kind === "select") this.#showGhost(this.#selected(drag.from, place));
    else if (drag.kind === "move") this.#grid.showAt(this.#movedTo(drag, place));
    else this.#resizeTo(place);
  };

  #movedTo(drag: Drag, place: Place): Span {
    const { start, end } = { start: drag.entry!.dataset["start"]!, end: drag.entry!.dataset["end"]! };
    const days = minutesOf(place.day) - minutesOf(drag.from.day);
    const length = minutesOf(end) - minutesOf(start);
    if (this.#grid.isMonth || (isWhole(start) && place.minutes === null)) {
      return { start: textOf(minutesOf(start) + days, isWhole(start)), end: textOf(minutesOf(end) + days, isWhole(start)) };
    }
    if (place.minutes === null) return this.#grid.span ?? { start, end };
    if (isWhole(start)) {
      const at = minutesOf(place.day) + snapped(place.minutes, 30);
      return { start: textOf(at, false), end: textOf(at + USUAL_LENGTH, false) };
    }
    const by = days + snapped(place.minutes - (drag.from.minutes ?? 0));
    const at = Math.max(minutesOf(place.day), Math.min(minutesOf(start) + by, minutesOf(place.day) + DAY_MINUTES - STEP));
    return { start: textOf(at, false), end: textOf(at + length, false) };
  }

  #resizeTo(place: Place): void {
    const span = this.#grid.span;
    if (!span) return;
    if (place.minutes !== null && !isWhole(span.start)) this.#grid.showAt(resized(span, minutesOf(place.day) + snapped(place.minutes), STEP));
    else if (isWhole(span.start)) this.#grid.showAt(resized(span, minutesOf(place.day) + DAY_MINUTES, DAY_MINUTES));
  }

  #selected(from: Place, to: Place): Span {
    if (from.minutes === null || to.minutes === null) {
      const [first, last] = [from.day, to.day].sort() as [string, string];
      return { start: first, end: textOf(minutesOf(last) + DAY_MINUTES, true) };
    }
    const [first, last] = [snapped(from.minutes), snapped(to.minutes)].sort((a, b) => a - b) as [number, number];
    return { start: textOf(minutesOf(from.day) + first, false), end: textOf(minutesOf(from.day) + Math.max(last, first + STEP), false) };
  }

  #showGhost(span: Span): void {
    this.#ghost ??= Object.assign(document.createElement("li"), { className: "calendar-ghost" });
    const list = this.#grid.listOf(dayOf(span.start), isWhole(span.start));
    if (list && this.#ghost.parentElement !== list) list.append(this.#ghost);
    const own = { top: minutesOf(span.start) - minutesOf(dayOf(span.start)), height: minutesOf(span.end) - minutesOf(span.start), lane: 0, lanes: 1 };
    for (const [name, value] of Object.entries(own)) this.#ghost.style.setProperty(`--${name}`, String(value));
    this.#ghost.textContent = isWhole(span.start) ? "" : `${span.start.slice(11)}–${span.end.slice(11)}`;
  }

  #up = (event: PointerEvent): void => {
    const drag = this.#drag;
    const place = this.#placeAt(event);
    this.#end();
    if (!drag?.started) return;
    this.#swallow = true;
    if (drag.kind !== "select") void this.#grid.drop();
    else if (place) this.#grid.make(this.#selected(drag.from, place));
  };

  #cancelled = (): void => {
    if (this.#drag?.started && this.#drag.entry) this.#grid.cancel();
    this.#end();
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.#cancelled();
  };

  #end(): void {
    this.#drag = null;
    this.#ghost?.remove();
    this.#ghost = null;
    removeEventListener("pointermove", this.#move);
    removeEventListener("pointerup", this.#up);
    removeEventListener("pointercancel", this.#cancelled);
    removeEventListener("keydown", this.#key, true);
  }

  /** A press without dragging: on an entry it follows the link, on free time it makes something there. */
  #click = (event: MouseEvent): void => {
    if (this.#swallow) {
      this.#swallow = false;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const target = event.target as HTMLElement;
    if (target.closest("[data-calendar-target=entry]") || !this.#isFree(target)) return;
    const place = this.#placeAt(event);
    if (!place) return;
    if (place.minutes === null) this.#grid.make({ start: place.day, end: textOf(minutesOf(place.day) + DAY_MINUTES, true) });
    else {
      const start = minutesOf(place.day) + Math.floor(place.minutes / 30) * 30;
      this.#grid.make({ start: textOf(start, false), end: textOf(start + USUAL_LENGTH, false) });
    }
  };

  #placeAt(event: MouseEvent): Place | null {
    const under = document.elementsFromPoint(event.clientX, event.clientY);
    const section = under.map((one) => one.closest<HTMLElement>("[data-calendar-target=day]")).find((one) => one && this.#element.contains(one));
    if (!section) return null;
    const day = section.dataset["day"] ?? "";
    const column = section.querySelector<HTMLElement>(".is-timed");
    if (!column) return { day, minutes: null };
    const box = column.getBoundingClientRect();
    const minutes = ((event.clientY - box.top) / box.height) * DAY_MINUTES;
    return { day, minutes: minutes < 0 ? null : Math.min(minutes, DAY_MINUTES) };
  }
}

const snapped = (minutes: number, step = STEP): number => Math.round(minutes / step) * step;
