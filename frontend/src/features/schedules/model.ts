/** A schedule as it is edited, and as the API has it. What is read, unchanged, is what is sent. */
import type { Schema } from "~/lib/api/client";
import { addDays } from "~/lib/time/days";
import { clockOf, DAY_MINUTES, minutesOf, type RangeForm, spanOf } from "./ranges";

export type ScheduleIn = Schema<"ScheduleIn">;
export type ScheduleOut = Schema<"ScheduleOut">;
export type RangeOut = Schema<"TimeRangeOut">;

export const UNITS = { minutes: 1, hours: 60, days: DAY_MINUTES } as const;
export type Unit = keyof typeof UNITS;

export type DayForm = { ranges: RangeForm[] };
export type ExceptionForm = { date: string; ranges: RangeForm[] };
export type ExtraForm = RangeForm & { date: string };

/** Numbers are texts as typed; `week` has seven days, from Monday; dates are "YYYY-MM-DD", empty for none. */
export type ScheduleForm = {
  kind: "open" | "schedule";
  time_zone: string;
  week: DayForm[];
  /** Dates with other hours than the week's; no ranges make a day off. */
  exceptions: ExceptionForm[];
  extras: ExtraForm[];
  buffer_before: string;
  buffer_after: string;
  notice: { amount: string; unit: Unit };
  horizon: string;
  valid_from: string;
  valid_until: string;
};

const HORIZON = 60;
const PROPOSED: RangeForm = { starts: "09:00", ends: "17:00", step: "" };
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const WORKDAYS = 5;

/** What the form begins with; an open session is offered a working week, should its creator want hours. */
export function formOf(schedule: ScheduleOut, zone: string): ScheduleForm {
  if (schedule.is_open) return { ...proposal(zone), kind: "open" };
  return {
    kind: "schedule",
    time_zone: schedule.time_zone,
    week: WEEKDAYS.map((weekday) => ({
      ranges: inOrder(schedule.weekly.filter((hours) => hours.weekday === weekday).map(rangeForm)),
    })),
    exceptions: byDate(
      schedule.exceptions.map(({ date, ranges }) => ({ date, ranges: inOrder(ranges.map(rangeForm)) })),
    ),
    extras: byDate(schedule.extras.map((extra) => ({ date: extra.date, ...rangeForm(extra) }))),
    buffer_before: String(schedule.buffer_before),
    buffer_after: String(schedule.buffer_after),
    notice: noticeForm(schedule.notice),
    horizon: String(schedule.horizon ?? HORIZON),
    valid_from: schedule.valid_from ?? "",
    valid_until: schedule.valid_until ?? "",
  };
}

function proposal(zone: string): ScheduleForm {
  return {
    kind: "schedule",
    time_zone: zone,
    week: WEEKDAYS.map((weekday) => ({ ranges: weekday <= WORKDAYS ? [{ ...PROPOSED }] : [] })),
    exceptions: [],
    extras: [],
    buffer_before: "0",
    buffer_after: "0",
    notice: { amount: "2", unit: "hours" },
    horizon: String(HORIZON),
    valid_from: "",
    valid_until: "",
  };
}

/** What is sent. Takes a form without faults. */
export function wireOf(form: ScheduleForm): ScheduleIn {
  if (form.kind === "open") return { is_open: true };
  return {
    is_open: false,
    time_zone: form.time_zone,
    weekly: form.week.flatMap(({ ranges }, day) =>
      ranges.map((range) => ({ weekday: day + 1, ...rangeWire(range) })),
    ),
    exceptions: form.exceptions.map(({ date, ranges }) => ({ date, ranges: ranges.map(rangeWire) })),
    extras: form.extras.map(({ date, ...range }) => ({ date, ...rangeWire(range) })),
    buffer_before: Number(form.buffer_before),
    buffer_after: Number(form.buffer_after),
    notice: noticeMinutes(form.notice),
    horizon: Number(form.horizon),
    valid_from: form.valid_from || null,
    valid_until: form.valid_until || null,
  };
}

export function noticeMinutes({ amount, unit }: ScheduleForm["notice"]): number {
  return Number(amount) * UNITS[unit];
}

/** In the largest unit that has no remainder. */
export function noticeForm(minutes: number): ScheduleForm["notice"] {
  if (minutes > 0 && minutes % UNITS.days === 0)
    return { amount: String(minutes / UNITS.days), unit: "days" };
  if (minutes % UNITS.hours === 0) return { amount: String(minutes / UNITS.hours), unit: "hours" };
  return { amount: String(minutes), unit: "minutes" };
}

/** A range to begin with: the working day, or an hour after what is there, if the day has room for it. */
export function nextRange(ranges: RangeForm[], duration: number): RangeForm {
  if (ranges.length === 0) return { ...PROPOSED };
  const ends = ranges.map((range) => spanOf(range)?.[1] ?? 0);
  const begin = Math.max(...ends) + UNITS.hours;
  const length = Math.max(duration, UNITS.hours);
  if (begin + length > DAY_MINUTES) return { starts: "", ends: "", step: "" };
  return { starts: clockOf(begin), ends: clockOf(begin + length), step: "" };
}

/** Days off from the first date to the last, both included, in place of what those dates had; by date. */
export function withDaysOff(exceptions: ExceptionForm[], first: string, last: string): ExceptionForm[] {
  const dates: string[] = [];
  for (let date = first; date <= last; date = addDays(date)) dates.push(date);
  const kept = exceptions.filter(({ date }) => !dates.includes(date));
  return byDate([...kept, ...dates.map((date) => ({ date, ranges: [] }))]);
}

function rangeForm({ starts, ends, step }: RangeOut): RangeForm {
  return { starts, ends, step: step === null ? "" : String(step) };
}

function rangeWire({ starts, ends, step }: RangeForm): RangeOut {
  return { starts, ends, step: step.trim() === "" ? null : Number(step) };
}

function inOrder(ranges: RangeForm[]): RangeForm[] {
  return ranges.toSorted((one, other) => (minutesOf(one.starts) ?? 0) - (minutesOf(other.starts) ?? 0));
}

function byDate<Dated extends { date: string; starts?: string }>(dated: Dated[]): Dated[] {
  const key = ({ date, starts = "" }: Dated) => `${date} ${starts}`;
  return dated.toSorted((one, other) => key(one).localeCompare(key(other)));
}
