import { fold } from "./texts";

/** A day of the calendar, months counted from 1. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

const language = (): string => (document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang);
const utc = (day: Day): Date => new Date(Date.UTC(day.year, day.month - 1, day.day));

/** Today in the user's time zone, as the server has it, wherever the browser is. */
export function today(): Day {
  const timeZone = document.documentElement.dataset.timeZone || undefined;
  const here = new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "numeric", day: "numeric" });
  const parts = Object.fromEntries(here.formatToParts(new Date()).map((part) => [part.type, Number(part.value)]));
  return { year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0 };
}

export function addDays(day: Day, count: number): Day {
  const moved = utc({ ...day, day: day.day + count });
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** The same day some months later, the last of the month where it is shorter. */
export function addMonths(day: Day, count: number): Day {
  const first = addDays({ year: day.year, month: day.month + count, day: 1 }, 0);
  return { ...first, day: Math.min(day.day, addDays({ ...first, month: first.month + 1, day: 0 }, 0).day) };
}

export const isoDay = (day: Day): string => `${String(day.year).padStart(4, "0")}-${String(day.month).padStart(2, "0")}-${String(day.day).padStart(2, "0")}`;

export function fromIso(text: string): Day | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return match ? checked(Number(match[1]), Number(match[2]), Number(match[3])) : null;
}

/** "22 Nov 2026", "22. 11. 2026", "2026. 11. 22.": as the page's language writes a day that is typed. */
export function dayText(day: Day): string {
  const month = document.documentElement.lang === "en" ? "short" : "numeric";
  return new Intl.DateTimeFormat(language(), { day: "numeric", month, year: "numeric", timeZone: "UTC" }).format(utc(day));
}

/** "22 Nov 2026, 14:05", "22. 11. 2026 14:05": a moment as the server writes it, in the user's time zone. */
export function momentText(moment: Date | number): string {
  const timeZone = document.documentElement.dataset.timeZone || undefined;
  const day = new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", year: "numeric", timeZone }).format(moment);
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(moment);
  return `${day}${["cs", "hu"].includes(document.documentElement.lang) ? " " : ", "}${clock}`;
}

/** The day in full words, for screen readers. */
export function spokenDay(day: Day): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "full", timeZone: "UTC" }).format(utc(day));
}

export function monthText(day: Day): string {
  return new Intl.DateTimeFormat(language(), { month: "long", year: "numeric", timeZone: "UTC" }).format(utc(day));
}

/** Short names from Monday on. */
export function weekdayNames(): string[] {
  const words = new Intl.DateTimeFormat(language(), { weekday: "short", timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, index) => words.format(new Date(Date.UTC(2026, 5, 1 + index))));
}

/** Six weeks around the month of `day`, from a Monday on. */
export function weeksOf(day: Day): Day[][] {
  const first = { ...day, day: 1 };
  const start = addDays(first, -((utc(first).getUTCDay() + 6) % 7));
  return Array.from({ length: 6 }, (_, week) => Array.from({ length: 7 }, (_, index) => addDays(start, week * 7 + index)));
}

/** Reads what people type: 22.11.2026, 22. 11., 2026-11-22, 22 nov, +7 (days from now). Null when it is no day. */
export function readDay(text: string): Day | null {
  const trimmed = text.trim();
  const ahead = /^\+(\d{1,4})$/.exec(trimmed);
  if (ahead) return addDays(today(), Number(ahead[1]));
  const found = trimmed.match(/\d+/g)?.map(Number) ?? [];
  const month = namedMonth(trimmed);
  if (month) return found.length === 2 && found[0]! > 31 ? checked(found[0]!, month, found[1]!) : named(found, month);
  const [a, b, c] = found;
  if (a === undefined || b === undefined || found.length > 3 || /\p{L}/u.test(trimmed)) return null;
  if (a > 31) return c === undefined ? null : checked(a, b, c);
  if (c === undefined && document.documentElement.lang === "hu") return checked(today().year, a, b);
  return checked(c === undefined ? today().year : fullYear(c), b, a);
}

function named(numbers: number[], month: number): Day | null {
  const [day, year] = numbers;
  return day === undefined || numbers.length > 2 ? null : checked(year === undefined ? today().year : fullYear(year), month, day);
}

function namedMonth(text: string): number | null {
  const word = /\p{L}{3,}/u.exec(fold(text))?.[0];
  if (!word) return null;
  for (const locale of [language(), "en-GB"]) {
    for (let month = 1; month <= 12; month += 1) {
      const at = utc({ year: 2026, month, day: 3 });
      // With a day beside it a month is declined: "3. listopadu", "3 listopada".
      const names = [{ month: "long" }, { month: "long", day: "numeric" }, { month: "short", day: "numeric" }] as const;
      if (names.some((shape) => fold(new Intl.DateTimeFormat(locale, { ...shape, timeZone: "UTC" }).format(at)).replace(/[\d.\s]/g, "").startsWith(word))) return month;
    }
  }
  return null;
}

const fullYear = (year: number): number => (year < 100 ? 2000 + year - (year > 68 ? 100 : 0) : year);

function checked(year: number, month: number, day: number): Day | null {
  const real = addDays({ year, month, day }, 0);
  return real.year === year && real.month === month && real.day === day ? real : null;
}
