import { fromIso, spokenDay } from "./dates";

const MINUTE = 60_000;
export const DAY_MINUTES = 1440;

/** A span by the clock of the page's time zone: "2026-11-24T10:00", or "2026-11-24" for whole days (end excluded). */
export interface Span {
  start: string;
  end: string;
}

export const isWhole = (text: string): boolean => text.length === 10;

/** Minutes of a clock that is never changed: enough to add and compare, the server knows the real time. */
export const minutesOf = (text: string): number => Date.parse(isWhole(text) ? `${text}T00:00Z` : `${text}Z`) / MINUTE;

export const textOf = (minutes: number, whole: boolean): string => new Date(minutes * MINUTE).toISOString().slice(0, whole ? 10 : 16);

export const dayOf = (text: string): string => text.slice(0, 10);

/** The span some minutes later; the length stays. */
export function moved(span: Span, by: number): Span {
  const whole = isWhole(span.start);
  return { start: textOf(minutesOf(span.start) + by, whole), end: textOf(minutesOf(span.end) + by, whole) };
}

/** The span with another end, never shorter than `least` minutes. */
export function resized(span: Span, end: number, least: number): Span {
  const whole = isWhole(span.start);
  return { start: span.start, end: textOf(Math.max(end, minutesOf(span.start) + least), whole) };
}

/** For screen readers: "Tuesday 24 November 2026, 10:00". */
export function spoken(text: string): string {
  const day = fromIso(text);
  return `${day ? spokenDay(day) : text}${isWhole(text) ? "" : `, ${text.slice(11)}`}`;
}
