/** Converts between the schedule form and the API. Reading and sending an unchanged schedule is lossless. */
import type { Schema } from "~/lib/api/client";
import { addDays } from "~/lib/time/days";
import { DAY_MINUTES, formatMinutes, parseTime, type RangeForm, toSpan } from "./ranges";

export type ScheduleIn = Schema<"ScheduleIn">;
export type ScheduleOut = Schema<"ScheduleOut">;
export type HoursIn = Schema<"HoursIn">;
export type HoursOut = Schema<"HoursOut">;
export type RangeOut = Schema<"TimeRangeOut">;

export const UNITS = { minutes: 1, hours: 60, days: DAY_MINUTES } as const;
export type Unit = keyof typeof UNITS;

export type DayForm = { ranges: RangeForm[] };
export type DateOverrideForm = { date: string; ranges: RangeForm[] };
export type ExtraDateForm = RangeForm & { date: string };

/** Numbers are strings as typed; `week` has seven days from Monday; dates are "YYYY-MM-DD", empty for none. */
export type ScheduleForm = {
  kind: "open" | "schedule";
  time_zone: string;
  week: DayForm[];
  /** Dates with different hours than the week; no ranges make a day off. */
  exceptions: DateOverrideForm[];
  extras: ExtraDateForm[];
  buffer_before: string;
  buffer_after: string;
  notice: { amount: string; unit: Unit };
  horizon: string;
  valid_from: string;
  valid_until: string;
};

const DEFAULT_BOOKING_WINDOW = 60;
const DEFAULT_SCHEDULE: RangeForm = { starts: "09:00", ends: "17:00", step: "" };
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** Initial form values. No week is invented for a session by arrangement. */
export function toScheduleForm(schedule: ScheduleOut, zone: string): ScheduleForm {
  if (schedule.is_open) return { ...defaults(zone), kind: "open" };
  return {
    kind: "schedule",
    time_zone: schedule.time_zone,
    week: toWeekForm(schedule.weekly),
    exceptions: sortByDate(
      schedule.exceptions.map(({ date, ranges }) => ({ date, ranges: sortRanges(ranges.map(toRangeForm)) })),
    ),
    extras: sortByDate(schedule.extras.map((extra) => ({ date: extra.date, ...toRangeForm(extra) }))),
    buffer_before: String(schedule.buffer_before),
    buffer_after: String(schedule.buffer_after),
    notice: toNoticeForm(schedule.notice),
    horizon: String(schedule.horizon ?? DEFAULT_BOOKING_WINDOW),
    valid_from: schedule.valid_from ?? "",
    valid_until: schedule.valid_until ?? "",
  };
}

/** Initial form values of general hours: a schedule that has only a week. */
export function toHoursForm({ time_zone, weekly }: HoursOut): ScheduleForm {
  return { ...defaults(time_zone), week: toWeekForm(weekly) };
}

/** The API body of a valid form of general hours. */
export function toHoursIn(form: ScheduleForm): HoursIn {
  return { time_zone: form.time_zone, weekly: toWeekly(form.week) };
}

function defaults(zone: string): ScheduleForm {
  return {
    kind: "schedule",
    time_zone: zone,
    week: WEEKDAYS.map(() => ({ ranges: [] })),
    exceptions: [],
    extras: [],
    buffer_before: "0",
    buffer_after: "0",
    notice: { amount: "2", unit: "hours" },
    horizon: String(DEFAULT_BOOKING_WINDOW),
    valid_from: "",
    valid_until: "",
  };
}

/** The API body of a valid form. */
export function toScheduleIn(form: ScheduleForm): ScheduleIn {
  if (form.kind === "open") return { is_open: true };
  return {
    is_open: false,
    time_zone: form.time_zone,
    weekly: toWeekly(form.week),
    exceptions: form.exceptions.map(({ date, ranges }) => ({ date, ranges: ranges.map(toRangeIn) })),
    extras: form.extras.map(({ date, ...range }) => ({ date, ...toRangeIn(range) })),
    buffer_before: Number(form.buffer_before),
    buffer_after: Number(form.buffer_after),
    notice: toNoticeMinutes(form.notice),
    horizon: Number(form.horizon),
    valid_from: form.valid_from || null,
    valid_until: form.valid_until || null,
  };
}

export function toNoticeMinutes({ amount, unit }: ScheduleForm["notice"]): number {
  return Number(amount) * UNITS[unit];
}

/** In the largest unit without a remainder. */
export function toNoticeForm(minutes: number): ScheduleForm["notice"] {
  if (minutes > 0 && minutes % UNITS.days === 0)
    return { amount: String(minutes / UNITS.days), unit: "days" };
  if (minutes % UNITS.hours === 0) return { amount: String(minutes / UNITS.hours), unit: "hours" };
  return { amount: String(minutes), unit: "minutes" };
}

/** Initial values of a new range: the working day, or an hour after the existing ranges if the day has room. */
export function nextRange(ranges: RangeForm[], duration: number): RangeForm {
  if (ranges.length === 0) return { ...DEFAULT_SCHEDULE };
  const ends = ranges.map((range) => toSpan(range)?.[1] ?? 0);
  const begin = Math.max(...ends) + UNITS.hours;
  const length = Math.max(duration, UNITS.hours);
  if (begin + length > DAY_MINUTES) return { starts: "", ends: "", step: "" };
  return { starts: formatMinutes(begin), ends: formatMinutes(begin + length), step: "" };
}

/** Days off from the first date to the last, both inclusive, replacing the overrides of those dates; sorted by date. */
export function addDaysOff(exceptions: DateOverrideForm[], first: string, last: string): DateOverrideForm[] {
  const dates: string[] = [];
  for (let date = first; date <= last; date = addDays(date)) dates.push(date);
  const remaining = exceptions.filter(({ date }) => !dates.includes(date));
  return sortByDate([...remaining, ...dates.map((date) => ({ date, ranges: [] }))]);
}

function toWeekForm(weekly: ScheduleOut["weekly"]): DayForm[] {
  return WEEKDAYS.map((weekday) => ({
    ranges: sortRanges(weekly.filter((hours) => hours.weekday === weekday).map(toRangeForm)),
  }));
}

function toWeekly(week: DayForm[]) {
  return week.flatMap(({ ranges }, day) =>
    ranges.map((range) => ({ weekday: day + 1, ...toRangeIn(range) })),
  );
}

function toRangeForm({ starts, ends, step }: RangeOut): RangeForm {
  return { starts, ends, step: step === null ? "" : String(step) };
}

function toRangeIn({ starts, ends, step }: RangeForm): RangeOut {
  return { starts, ends, step: step.trim() === "" ? null : Number(step) };
}

function sortRanges(ranges: RangeForm[]): RangeForm[] {
  return [...ranges].sort((one, other) => (parseTime(one.starts) ?? 0) - (parseTime(other.starts) ?? 0));
}

function sortByDate<Dated extends { date: string; starts?: string }>(dated: Dated[]): Dated[] {
  const key = ({ date, starts = "" }: Dated) => `${date} ${starts}`;
  return [...dated].sort((one, other) => key(one).localeCompare(key(other)));
}
