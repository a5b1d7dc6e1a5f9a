import { describe, expect, it } from "vitest";
import type { ScheduleForm } from "./model";
import { hasTimes, setupOf, toClassTimes, toWeek, withSetup } from "./setup";

const FORM: ScheduleForm = {
  kind: "open",
  time_zone: "Europe/Rome",
  week: toWeek({ days: [], starts: [] }, 60),
  exceptions: [],
  extras: [],
  buffer_before: "0",
  buffer_after: "0",
  notice: { amount: "2", unit: "hours" },
  horizon: "60",
  valid_from: "",
  valid_until: "",
};
const TUESDAYS = { days: [1], starts: ["18:00", "20:00"] };

describe("the week of a class", () => {
  it("has one range for each start, as long as the session", () => {
    const week = toWeek({ days: [1], starts: ["18:00", ""] }, 90);
    expect(week[1]?.ranges).toEqual([{ starts: "18:00", ends: "19:30", step: "" }]);
    expect(week.filter(({ ranges }) => ranges.length > 0)).toHaveLength(1);
  });

  it("is read as its days and starts", () => {
    expect(toClassTimes(toWeek(TUESDAYS, 60), 60)).toEqual(TUESDAYS);
  });

  it("is none if a range holds two sessions, or days differ", () => {
    const week = toWeek(TUESDAYS, 60);
    expect(toClassTimes(week, 30)).toBeNull();
    expect(
      toClassTimes(
        week.map((day, at) => (at === 2 ? { ranges: [{ starts: "09:00", ends: "10:00", step: "" }] } : day)),
        60,
      ),
    ).toBeNull();
  });
});

describe("the way of a session", () => {
  it("is undecided while it is hidden and by arrangement", () => {
    expect(setupOf(FORM, 60, true)).toBeNull();
    expect(setupOf(FORM, 60, false)).toBe("open");
  });

  it("is known from its times", () => {
    const scheduled = { ...FORM, kind: "schedule" as const };
    const extra = { date: "2026-12-08", starts: "18:00", ends: "19:00", step: "" };
    expect(setupOf({ ...scheduled, week: toWeek(TUESDAYS, 60) }, 60, true)).toBe("class");
    expect(setupOf({ ...scheduled, week: toWeek(TUESDAYS, 60) }, 30, true)).toBe("appointments");
    expect(setupOf({ ...scheduled, extras: [extra] }, 60, true)).toBe("date");
    expect(setupOf(scheduled, 60, true)).toBe("appointments");
  });

  it("brings no times of its own", () => {
    for (const setup of ["class", "appointments"] as const)
      expect(hasTimes(withSetup(FORM, setup, 60))).toBe(false);
    expect(hasTimes(withSetup(FORM, "open", 60))).toBe(true);
    expect(withSetup(FORM, "date", 60).extras).toEqual([{ date: "", starts: "", ends: "", step: "" }]);
  });
});
