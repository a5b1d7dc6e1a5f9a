import { describe, expect, it } from "vitest";
import {
  addDaysOff,
  nextRange,
  type ScheduleOut,
  toNoticeForm,
  toNoticeMinutes,
  toScheduleForm,
  toScheduleIn,
} from "./model";
import { formatMinutes } from "./ranges";

/** Seeded random numbers (mulberry32). */
function seededRandom(seed: number) {
  let state = seed;
  return (sides: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

/** A random valid schedule, ordered as the form keeps it. */
function anySchedule(seed: number): ScheduleOut {
  const random = seededRandom(seed);
  const range = (from: number) => ({
    starts: formatMinutes(from),
    ends: formatMinutes(from + 30 + random(120)),
    step: random(2) ? 1 + random(1440) : null,
  });
  const ranges = (max: number) =>
    Array.from({ length: random(max + 1) }, (_, index) => range(index * 300 + random(120)));
  const date = (index: number) =>
    `2027-${String(1 + index).padStart(2, "0")}-${String(1 + random(28)).padStart(2, "0")}`;
  return {
    is_open: false,
    time_zone: ["Europe/Rome", "America/New_York", "Australia/Lord_Howe"][random(3)] ?? "UTC",
    weekly: [1, 2, 3, 4, 5, 6, 7].flatMap((weekday) => ranges(3).map((one) => ({ ...one, weekday }))),
    exceptions: Array.from({ length: random(5) }, (_, index) => ({ date: date(index), ranges: ranges(2) })),
    extras: Array.from({ length: random(5) }, (_, index) => ({ date: date(index), ...range(random(1200)) })),
    buffer_before: random(1441),
    buffer_after: random(1441),
    notice: random(3) ? random(525_601) : random(365) * 1440,
    horizon: 1 + random(730),
    valid_from: random(2) ? date(0) : null,
    valid_until: random(2) ? date(11) : null,
  };
}

describe("a schedule", () => {
  it("is sent as it was read when unchanged", () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const read = anySchedule(seed);
      expect(toScheduleIn(toScheduleForm(read, "UTC"))).toEqual(read);
    }
  });

  it("by arrangement is sent without hours", () => {
    const open = { ...anySchedule(1), is_open: true, weekly: [], exceptions: [], extras: [], horizon: null };
    const form = toScheduleForm(open, "Europe/Rome");
    expect(toScheduleIn(form)).toEqual({ is_open: true });
    expect(form.time_zone).toBe("Europe/Rome");
    expect(toScheduleIn({ ...form, kind: "schedule" }).weekly).toEqual([]);
  });

  it("shows ranges and dates in order, in whatever order they were sent", () => {
    const read = anySchedule(7);
    const range = { ends: "23:00", step: null };
    const mixed = {
      ...read,
      weekly: [
        { weekday: 1, starts: "18:00", ...range },
        { weekday: 1, starts: "09:00", ...range },
      ],
      exceptions: [
        { date: "2027-05-02", ranges: [] },
        { date: "2027-05-01", ranges: [] },
      ],
    };
    const form = toScheduleForm(mixed, "UTC");
    expect(form.week[0]?.ranges.map(({ starts }) => starts)).toEqual(["09:00", "18:00"]);
    expect(form.exceptions.map(({ date }) => date)).toEqual(["2027-05-01", "2027-05-02"]);
  });
});

describe("a minimum notice", () => {
  it("is shown in the largest unit without a remainder", () => {
    expect(toNoticeForm(0)).toEqual({ amount: "0", unit: "hours" });
    expect(toNoticeForm(90)).toEqual({ amount: "90", unit: "minutes" });
    expect(toNoticeForm(120)).toEqual({ amount: "2", unit: "hours" });
    expect(toNoticeForm(2880)).toEqual({ amount: "2", unit: "days" });
  });

  it("converts back to the same minutes", () => {
    for (let minutes = 0; minutes < 20_000; minutes += 7)
      expect(toNoticeMinutes(toNoticeForm(minutes))).toBe(minutes);
  });
});

describe("an added range", () => {
  const range = (starts: string, ends: string) => ({ starts, ends, step: "" });

  it("defaults to the working day", () => {
    expect(nextRange([], 60)).toEqual(range("09:00", "17:00"));
  });

  it("begins an hour after the last, and is long enough for one session", () => {
    expect(nextRange([range("14:00", "15:00"), range("09:00", "12:00")], 90)).toEqual(
      range("16:00", "17:30"),
    );
  });

  it("is empty when the day is full", () => {
    expect(nextRange([range("20:00", "23:00")], 60)).toEqual(range("", ""));
    expect(nextRange([range("20:00", "00:00")], 60)).toEqual(range("", ""));
  });
});

it("days off replace the overrides of their dates, in order", () => {
  const other = { date: "2026-12-31", ranges: [{ starts: "09:00", ends: "12:00", step: "" }] };
  const kept = { date: "2026-11-01", ranges: [] };
  expect(addDaysOff([other, kept], "2026-12-30", "2027-01-01")).toEqual([
    kept,
    { date: "2026-12-30", ranges: [] },
    { date: "2026-12-31", ranges: [] },
    { date: "2027-01-01", ranges: [] },
  ]);
});
