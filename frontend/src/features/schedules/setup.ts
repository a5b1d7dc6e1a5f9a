/** How a session takes place, as its creator thinks of it, and the schedule form that each way means. */
import type { ScheduleForm } from "./model";
import { DAY_MINUTES, formatMinutes, parseTime, type RangeForm, toSpan } from "./ranges";

export const SETUPS = ["class", "appointments", "date", "open"] as const;
export type Setup = (typeof SETUPS)[number];

/** A class: the same starts on each of its days (0 is Monday). */
export type ClassTimes = { days: number[]; starts: string[] };

/** Days ahead that a class or a single date can be booked. */
const BOOKING_WINDOW = "365";

/** The range in which exactly one session of this duration starts. */
export function rangeOf(starts: string, duration: number): RangeForm {
  const begin = parseTime(starts);
  return { starts, ends: begin === null ? "" : formatMinutes(begin + duration), step: "" };
}

/** The week of a class. Starts that are no time yet are left out. */
export function toWeek({ days, starts }: ClassTimes, duration: number): ScheduleForm["week"] {
  const times = [...new Set(starts)].filter((start) => parseTime(start) !== null).sort();
  return Array.from({ length: 7 }, (_, day) => ({
    ranges: days.includes(day) ? times.map((start) => rangeOf(start, duration)) : [],
  }));
}

/** The days and starts of a week, or `null` if it is not that of a class. */
export function toClassTimes(week: ScheduleForm["week"], duration: number): ClassTimes | null {
  const days = week.flatMap(({ ranges }, day) => (ranges.length > 0 ? [day] : []));
  const lists = days.map((day) => week[day]?.ranges.map(({ starts }) => starts) ?? []);
  const isSame = lists.every((list) => list.join() === lists[0]?.join());
  const isSingle = week.every(({ ranges }) => ranges.every((range) => holdsOne(range, duration)));
  return isSame && isSingle ? { days, starts: lists[0] ?? [] } : null;
}

function holdsOne(range: RangeForm, duration: number): boolean {
  const span = toSpan(range);
  return span !== null && span[1] - span[0] === duration && duration < DAY_MINUTES;
}

/** The way of a saved schedule. A hidden session by arrangement was perhaps never decided upon: `null`. */
export function setupOf(form: ScheduleForm, duration: number, isHidden: boolean): Setup | null {
  if (form.kind === "open") return isHidden ? null : "open";
  const isWeekEmpty = form.week.every(({ ranges }) => ranges.length === 0);
  if (isWeekEmpty && form.extras.length > 0 && form.extras.every((extra) => holdsOne(extra, duration)))
    return "date";
  return !isWeekEmpty && toClassTimes(form.week, duration) ? "class" : "appointments";
}

/** The form after another way was chosen: what has no place in it is dropped, and no week is invented. */
export function withSetup(form: ScheduleForm, setup: Setup, duration: number): ScheduleForm {
  const none = Array.from({ length: 7 }, () => ({ ranges: [] }));
  switch (setup) {
    case "open":
      return { ...form, kind: "open" };
    case "appointments":
      return { ...form, kind: "schedule" };
    case "class": {
      const week = toClassTimes(form.week, duration) ? form.week : none;
      return { ...form, kind: "schedule", week, horizon: BOOKING_WINDOW };
    }
    case "date": {
      const extras = form.extras.length > 0 ? form.extras : [{ date: "", ...rangeOf("", duration) }];
      return { ...form, kind: "schedule", week: none, extras, horizon: BOOKING_WINDOW };
    }
  }
}

/** Whether anything can be booked, so that publishing makes sense. */
export function hasTimes(form: ScheduleForm): boolean {
  return form.kind === "open" || form.extras.length > 0 || form.week.some(({ ranges }) => ranges.length > 0);
}
