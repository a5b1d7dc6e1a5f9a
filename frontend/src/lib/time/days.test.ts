import { describe, expect, it } from "vitest";
import {
  addMonths,
  fromCalendarDate,
  groupByDay,
  monthBounds,
  startOfDay,
  startOfWeek,
  toCalendarDate,
  toInstant,
} from "./days";

describe("a month", () => {
  it("follows December with January of the next year", () => {
    expect(addMonths("2026-12")).toBe("2027-01");
    expect(addMonths("2027-01", -1)).toBe("2026-12");
  });

  it("begins and ends at the zone's own midnights, across a clock change", () => {
    expect(monthBounds("2027-03", "Europe/Berlin")).toEqual({
      from: "2027-02-28T23:00:00.000Z",
      to: "2027-03-31T22:00:00.000Z",
    });
    expect(monthBounds("2026-11", "America/New_York")).toEqual({
      from: "2026-11-01T04:00:00.000Z",
      to: "2026-12-01T05:00:00.000Z",
    });
  });
});

describe("a day", () => {
  it("begins at the first of two midnights, whatever the browser's zone", () => {
    expect(startOfDay("2026-10-25", "Atlantic/Azores")).toBe("2026-10-25T00:00:00.000Z");
    expect(startOfDay("2026-10-26", "Atlantic/Azores")).toBe("2026-10-26T01:00:00.000Z");
  });

  it("begins at the clock change that skips midnight", () => {
    expect(startOfDay("2026-04-24", "Africa/Cairo")).toBe("2026-04-23T22:00:00.000Z");
  });

  it("begins after an hour that is shown twice before midnight", () => {
    expect(startOfDay("2026-10-25", "America/Nuuk")).toBe("2026-10-25T02:00:00.000Z");
  });
});

describe("slots by day", () => {
  const late = { starts_at: "2026-12-03T22:30:00Z" };
  const early = { starts_at: "2026-12-03T23:30:00Z" };

  it("are grouped by the viewer's day", () => {
    expect([...groupByDay([late, early], "Europe/Berlin").keys()]).toEqual(["2026-12-03", "2026-12-04"]);
    expect([...groupByDay([late, early], "America/Mexico_City").keys()]).toEqual(["2026-12-03"]);
  });
});

describe("a wall time", () => {
  it("is an instant of its zone", () => {
    expect(toInstant("2026-12-03", "18:30", "Asia/Kolkata")).toBe("2026-12-03T13:00:00.000Z");
  });

  it("is null when the clocks skip it", () => {
    expect(toInstant("2027-03-28", "02:30", "Europe/Berlin")).toBeNull();
    expect(toInstant("2027-03-28", "03:00", "Europe/Berlin")).toBe("2027-03-28T01:00:00.000Z");
  });

  it("is the first of two when the clocks repeat it", () => {
    expect(toInstant("2026-10-25", "02:30", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
    expect(toInstant("2026-11-01", "01:15", "America/New_York")).toBe("2026-11-01T05:15:00.000Z");
  });
});

it("a week starts on Monday", () => {
  expect(startOfWeek("2026-11-22")).toBe("2026-11-16");
  expect(startOfWeek("2026-11-23")).toBe("2026-11-23");
  expect(startOfWeek("2027-01-01")).toBe("2026-12-28");
});

it("a day converts to a calendar date and back", () => {
  expect(fromCalendarDate(toCalendarDate("2027-03-28"))).toBe("2027-03-28");
});
