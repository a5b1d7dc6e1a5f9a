/**
 * Calendar days of the viewer. A day is a string "2026-12-03" and a month "2026-12". Neither is an instant: which
 * instants a day spans depends on the zone, and on clock changes.
 */
import { offsetAt } from "./offsets";
import { dateKey, formatLongDay, formatMonth, instantsOf } from "./time";

export type Day = string;
export type Month = string;

function parts(key: string): number[] {
  return key.split("-").map(Number);
}

export function monthOf(day: Day): Month {
  return day.slice(0, 7);
}

export function addMonths(month: Month, count = 1): Month {
  const [year = 0, number = 1] = parts(month);
  const shifted = new Date(Date.UTC(year, number - 1 + count, 1));
  return shifted.toISOString().slice(0, 7);
}

export function addDays(day: Day, count = 1): Day {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

export function startOfWeek(day: Day): Day {
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay() || 7;
  return addDays(day, 1 - weekday);
}

/** A Date for the calendar component: at noon the date is the same, whatever the browser's zone. */
export function toCalendarDate(key: Day | Month): Date {
  const [year = 0, month = 1, day = 1] = parts(key);
  return new Date(year, month - 1, day, 12);
}

/** The day of a calendar component's Date. */
export function fromCalendarDate(date: Date): Day {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "Thursday 3 December 2026" */
export function formatDayLong(day: Day): string {
  return formatLongDay(`${day}T12:00:00Z`, "UTC");
}

/** "December 2026" */
export function formatMonthName(month: Month): string {
  return formatMonth(`${month}-15T12:00:00Z`, "UTC");
}

/** The first instant of a day in a zone, as ISO 8601: the first of two midnights, or the change that skips it. */
export function startOfDay(day: Day, zone: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const [first = midnight - offsetAt(midnight - 86_400_000, zone)] = instantsOf(midnight, zone);
  return new Date(first).toISOString();
}

/** The instants at which a month starts and ends in a zone. */
export function monthBounds(month: Month, zone: string): { from: string; to: string } {
  return { from: startOfDay(`${month}-01`, zone), to: startOfDay(`${addMonths(month)}-01`, zone) };
}

/** The instant of a wall time ("18:30"): the first of two if clocks go back, `null` if they skip it. */
export function toInstant(day: Day, time: string, zone: string): string | null {
  const [first] = instantsOf(Date.parse(`${day}T${time}:00Z`), zone);
  return first === undefined ? null : new Date(first).toISOString();
}

/** Groups slots by day, in the given order. */
export function groupByDay<Slot extends { starts_at: string }>(
  slots: Slot[],
  zone: string,
): Map<Day, Slot[]> {
  const days = new Map<Day, Slot[]>();
  for (const slot of slots) {
    const day = dateKey(slot.starts_at, zone);
    const existing = days.get(day);
    if (existing) existing.push(slot);
    else days.set(day, [slot]);
  }
  return days;
}
