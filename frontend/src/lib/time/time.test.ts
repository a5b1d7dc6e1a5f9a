import { describe, expect, it } from "vitest";
import {
  dateKey,
  formatClock,
  formatDateTime,
  formatDay,
  formatDistance,
  formatInOtherZone,
  formatLongDay,
  formatTime,
  formatTimeRange,
  showsSameTime,
} from "./time";

const HOUR = 3_600_000;
const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a zone as the platform computes it, as reference. */
function wall(at: number, zone: string): { day: string; time: string } {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  clocks.set(zone, clock);
  const [day = "", time = ""] = clock.format(at).split(" ");
  return { day, time };
}

function offset(at: number, zone: string): number {
  const { day, time } = wall(at, zone);
  return Date.parse(`${day}T${time}Z`) - Math.floor(at / 60_000) * 60_000;
}

/** The clock changes of a zone within two years, to the minute. */
function changes(zone: string): number[] {
  const found: number[] = [];
  const step = 24 * 20 * HOUR;
  for (let from = Date.UTC(2026, 0, 1); from < Date.UTC(2028, 0, 1); from += step) {
    if (offset(from, zone) === offset(from + step, zone)) continue;
    let [low, high] = [from, from + step];
    while (high - low > 60_000) {
      const middle = Math.floor((low + high) / 120_000) * 60_000;
      if (offset(middle, zone) === offset(from, zone)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

const CHANGES = ZONES.flatMap((zone) => changes(zone).map((at) => ({ zone, at })));

describe("the calendar day and the time of an instant", () => {
  it("are those of every zone, around each of its clock changes", () => {
    expect(CHANGES.length).toBeGreaterThan(200);
    for (const { zone, at } of CHANGES) {
      for (const minutes of [-24 * 60, -61, -1, 0, 1, 59, 60, 61, 24 * 60]) {
        const instant = new Date(at + minutes * 60_000);
        const { day, time } = wall(instant.getTime(), zone);
        expect(`${zone} ${dateKey(instant, zone)} ${formatClock(instant, zone)}`).toBe(
          `${zone} ${day} ${time}`,
        );
      }
    }
  });

  it("are those of every zone, around its midnight at New Year", () => {
    const newYear = Date.UTC(2027, 0, 1);
    for (const zone of ZONES) {
      const midnight = newYear - offset(newYear, zone);
      expect(`${zone} ${dateKey(new Date(midnight - 1), zone)}`).toBe(`${zone} 2026-12-31`);
      expect(`${zone} ${dateKey(new Date(midnight), zone)}`).toBe(`${zone} 2027-01-01`);
    }
  });

  it("never depend on the zone of the browser", () => {
    expect(dateKey("2026-12-03T23:30:00Z", "Asia/Tokyo")).toBe("2026-12-04");
    expect(dateKey("2026-12-03T23:30:00Z", "America/Los_Angeles")).toBe("2026-12-03");
    expect(dateKey("2026-12-04T00:30:00+01:00", "UTC")).toBe("2026-12-03");
  });

  it("skip the missing hour and tell the doubled one apart", () => {
    const berlin = (instant: string) => formatTime(instant, "Europe/Berlin");
    expect([berlin("2027-03-28T00:59:00Z"), berlin("2027-03-28T01:00:00Z")]).toEqual(["01:59", "03:00"]);
    expect(["2026-10-24T23:59:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"].map(berlin)).toEqual([
      "01:59",
      "02:00 (UTC+2)",
      "02:30 (UTC+2)",
    ]);
    expect(["2026-10-25T01:30:00Z", "2026-10-25T01:59:00Z", "2026-10-25T02:00:00Z"].map(berlin)).toEqual([
      "02:30 (UTC+1)",
      "02:59 (UTC+1)",
      "03:00",
    ]);
  });

  it("are formatted with midnight as 00:00", () => {
    expect(formatTime("2026-12-03T00:00:00Z", "UTC")).toBe("00:00");
    expect(formatDay("2026-12-03T17:30:00Z", "Europe/Berlin")).toBe("Thu 3 Dec");
    expect(formatLongDay("2026-12-03T17:30:00Z", "Europe/Berlin")).toBe("Thursday 3 December 2026");
    expect(formatDateTime("2026-12-03T17:30:00Z", "Europe/Berlin")).toBe("Thu 3 Dec, 18:30");
  });
});

describe("from when to when", () => {
  it("names the day once unless it ends on another", () => {
    const span = (zone: string) => formatTimeRange("2026-12-03T22:30:00Z", "2026-12-03T23:30:00Z", zone);
    expect(span("UTC")).toBe("Thu 3 Dec, 22:30 – 23:30");
    expect(span("Europe/Berlin")).toBe("Thu 3 Dec, 23:30 – Fri 4 Dec, 00:30");
  });

  it("shows local times when clocks are set back", () => {
    const span = formatTimeRange("2026-10-25T00:30:00Z", "2026-10-25T01:15:00Z", "Europe/Berlin");
    expect(span).toBe("Sun 25 Oct, 02:30 (UTC+2) – 02:15 (UTC+1)");
  });
});

describe("two zones", () => {
  it("are compared by time, and by day when it differs", () => {
    expect(formatInOtherZone("2026-12-03T17:30:00Z", "Europe/Berlin", "Europe/London")).toBe("17:30");
    expect(formatInOtherZone("2026-12-03T17:30:00Z", "Europe/Berlin", "Asia/Tokyo")).toBe("Fri 02:30");
  });

  it("show the same clock when they are one, or agree at that instant", () => {
    expect(showsSameTime("2026-12-03T10:00:00Z", "Europe/Berlin", "Europe/Berlin")).toBe(true);
    expect(showsSameTime("2026-12-03T10:00:00Z", "Europe/Berlin", "Europe/Madrid")).toBe(true);
    expect(showsSameTime("2026-12-03T10:00:00Z", "Europe/Berlin", "Europe/London")).toBe(false);
  });

  it("differ if they agree for half of the year only", () => {
    expect(showsSameTime("2026-12-03T10:00:00Z", "Europe/London", "Africa/Abidjan")).toBe(true);
    expect(showsSameTime("2026-07-03T10:00:00Z", "Europe/London", "Africa/Abidjan")).toBe(false);
  });

  it("differ while only one has changed its clock", () => {
    expect(showsSameTime("2026-10-24T22:00:00Z", "Europe/Berlin", "Africa/Johannesburg")).toBe(true);
    expect(showsSameTime("2026-10-25T12:00:00Z", "Europe/Berlin", "Africa/Johannesburg")).toBe(false);
  });

  it("differ across the date line", () => {
    expect(formatTime("2026-12-03T10:00:00Z", "Pacific/Honolulu")).toBe(
      formatTime("2026-12-03T10:00:00Z", "Pacific/Kiritimati"),
    );
    expect(showsSameTime("2026-12-03T10:00:00Z", "Pacific/Honolulu", "Pacific/Kiritimati")).toBe(false);
  });

  it("agree with what their clocks show, around every clock change", () => {
    for (const { zone, at } of CHANGES) {
      for (const minutes of [-1, 0, 60]) {
        const instant = at + minutes * 60_000;
        const isAlike =
          JSON.stringify(wall(instant, zone)) === JSON.stringify(wall(instant, "Europe/Berlin"));
        expect(`${zone} ${showsSameTime(new Date(instant), zone, "Europe/Berlin")}`).toBe(
          `${zone} ${isAlike}`,
        );
      }
    }
  });
});

describe("how far an instant is", () => {
  const now = new Date("2026-12-01T10:00:00Z");

  it("is given in the largest whole unit", () => {
    expect(formatDistance("2026-12-04T12:00:00Z", now)).toBe("in 3 days");
    expect(formatDistance("2026-12-01T12:59:00Z", now)).toBe("in 2 hours");
    expect(formatDistance("2026-12-01T10:40:30Z", now)).toBe("in 40 minutes");
    expect(formatDistance("2026-12-01T08:00:00Z", now)).toBe("2 hours ago");
    expect(formatDistance("2026-11-30T09:00:00Z", now)).toBe("1 day ago");
  });

  it("is now within a minute", () => {
    expect(formatDistance("2026-12-01T10:00:59Z", now)).toBe("now");
    expect(formatDistance("2026-12-01T09:59:01Z", now)).toBe("now");
  });

  it("never says tomorrow", () => {
    expect(formatDistance("2026-12-03T09:00:00Z", now)).toBe("in 1 day");
  });

  it("does not count the hour of a clock change twice", () => {
    expect(formatDistance("2026-10-25T03:00:00Z", new Date("2026-10-25T00:00:00Z"))).toBe("in 3 hours");
  });
});

describe("the hour that New York shows twice", () => {
  const [NEW_YORK, first, second] = ["America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"];

  it.each([
    [first, "01:30 (UTC−4)"],
    [second, "01:30 (UTC−5)"],
  ])("has the offset wherever a time is shown: %s", (at, shown) => {
    expect(formatTime(at, NEW_YORK)).toBe(shown);
    expect(formatDateTime(at, NEW_YORK)).toBe(`Sun 1 Nov, ${shown}`);
    expect(formatTimeRange(at, "2026-11-01T08:00:00Z", NEW_YORK)).toBe(`Sun 1 Nov, ${shown} – 03:00`);
  });

  it("has the offset next to another zone, by the offset that came with the time", () => {
    expect(formatInOtherZone(first, "Europe/Berlin", "-04:00", NEW_YORK)).toBe("01:30 (UTC−4)");
    expect(formatInOtherZone(second, "Europe/Berlin", "-05:00", NEW_YORK)).toBe("01:30 (UTC−5)");
    expect(formatInOtherZone("2026-11-01T08:30:00Z", "Europe/Berlin", "-05:00", NEW_YORK)).toBe("03:30");
  });
});
