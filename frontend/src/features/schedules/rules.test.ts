import { describe, expect, it } from "vitest";
import { type ScheduleForm, toScheduleForm } from "./model";
import { scheduleRules } from "./rules";
import type { Texts } from "./texts";

const rules = scheduleRules(((key: string) => key) as unknown as Texts);
const OPEN = {
  is_open: true,
  time_zone: "UTC",
  weekly: [],
  exceptions: [],
  extras: [],
  buffer_before: 0,
  buffer_after: 0,
  notice: 0,
  horizon: null,
  valid_from: null,
  valid_until: null,
};

function proposed(changes: Partial<ScheduleForm>): ScheduleForm {
  return { ...toScheduleForm(OPEN, "Europe/Rome"), kind: "schedule", ...changes };
}

/** What is wrong, as "path: message". */
function faults(form: ScheduleForm): string[] {
  const errorsOf = rules.safeParse(form);
  return errorsOf.success
    ? []
    : errorsOf.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const range = (starts: string, ends: string, step = "") => ({ starts, ends, step });
const week = (...monday: ReturnType<typeof range>[]) => [
  { ranges: monday },
  ...Array.from({ length: 6 }, () => ({ ranges: [] })),
];

describe("the rules of a schedule", () => {
  it("accept the defaults", () => {
    expect(faults(proposed({}))).toEqual([]);
  });

  it("do not apply to a session by arrangement", () => {
    expect(faults({ ...proposed({ week: week(range("", "")), horizon: "" }), kind: "open" })).toEqual([]);
  });

  it("report a missing time", () => {
    expect(faults(proposed({ week: week(range("", "10:00")) }))).toEqual([
      "week.0.ranges.0.starts: rules.time",
    ]);
  });

  it("report an empty and an overlapping range together", () => {
    const form = proposed({
      week: week(range("09:00", "12:00"), range("11:00", "13:00"), range("15:00", "15:00")),
    });
    expect(faults(form)).toEqual([
      "week.0.ranges.2.ends: rules.empty",
      "week.0.ranges.1.starts: rules.overlap",
    ]);
  });

  it("report overlaps together with invalid numbers", () => {
    const form = proposed({
      week: week(range("09:00", "12:00"), range("11:00", "13:00", "0")),
      horizon: "0",
    });
    expect(faults(form)).toContain("week.0.ranges.1.starts: rules.overlap");
    expect(faults(form)).toContain("week.0.ranges.1.step: rules.step");
    expect(faults(form)).toContain("horizon: rules.horizon");
  });

  it("allow one override per date, whose hours do not reach into the next", () => {
    const form = proposed({
      exceptions: [
        { date: "2027-05-01", ranges: [range("20:00", "02:00")] },
        { date: "2027-05-02", ranges: [range("01:00", "03:00")] },
        { date: "2027-05-02", ranges: [] },
      ],
    });
    expect(faults(form)).toEqual([
      "exceptions.1.ranges.0.starts: rules.overlap",
      "exceptions.2.date: rules.twice",
    ]);
  });

  it("reject a minimum notice beyond the booking window, and an end before the start", () => {
    const form = proposed({
      notice: { amount: "10", unit: "days" },
      horizon: "10",
      valid_from: "2027-05-02",
      valid_until: "2027-05-01",
    });
    expect(faults(form)).toEqual(["notice.amount: rules.notice_horizon", "valid_until: rules.until"]);
  });
});
