import { describe, expect, it } from "vitest";
import { startOfDay, toInstant } from "./days";
import { keepOffsets } from "./offsets";
import {
  dateKey,
  formatDateTime,
  formatTime,
  formatWithOffset,
  showsSameTime,
  zoneName,
  zoneNameAt,
} from "./time";

const [START, NIGHT, END] = ["2020-01-01T00:00:00Z", "2026-12-15T03:00:00Z", "2040-01-01T00:00:00Z"];

describe("the name of a zone", () => {
  it("is its city, without the offset that only the browser knows", () => {
    expect(zoneName("Pacific/Auckland", NIGHT)).toBe("Auckland time");
  });

  it("has the offset at an instant, in minutes where it is not whole hours", () => {
    keepOffsets({ time_zone: "Asia/Kathmandu", until: END, offsets: [{ at: START, utc_offset: "+05:45" }] });
    expect(zoneName("Asia/Kathmandu", NIGHT)).toBe("Kathmandu time (UTC+5:45)");
    expect(zoneName("Asia/Kathmandu")).toBe("Kathmandu time (now UTC+5:45)");
    expect(zoneName("America/Havana", NIGHT, "-04:00")).toBe("Havana time (UTC−4)");
    expect(zoneName("America/Argentina/Ushuaia", NIGHT, "-03:00")).toBe("Ushuaia time (UTC−3)");
  });

  it("has no offset for times between which the clocks change", () => {
    // a zone of its own, since modules and so the table are shared by the tests
    keepOffsets({
      time_zone: "Europe/Vaduz",
      until: END,
      offsets: [
        { at: START, utc_offset: "+02:00" },
        { at: "2026-10-25T01:00:00Z", utc_offset: "+01:00" },
      ],
    });
    const [before, after, later] = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T09:00:00Z"];
    expect(zoneNameAt("Europe/Vaduz", before, after, later)).toBe("Vaduz time");
    expect(zoneNameAt("Europe/Vaduz", after, later)).toBe("Vaduz time (UTC+1)");
    expect(zoneNameAt("Europe/Vaduz", before)).toBe("Vaduz time (UTC+2)");
  });

  it("is only its offset where it has no city", () => {
    expect(zoneName("UTC", NIGHT, "+00:00")).toBe("UTC");
    expect(zoneName("Etc/GMT+5", NIGHT, "-05:00")).toBe("UTC−5");
  });
});

it("a time that is sent to others has its offset, once", () => {
  expect(formatWithOffset("2026-12-15T14:00:00Z", "-04:00")).toBe("Tue 15 Dec, 10:00 (UTC−4)");
  expect(formatWithOffset("2026-10-25T00:30:00Z", "Europe/Berlin")).toBe("Sun 25 Oct, 02:30 (UTC+2)");
});

describe("the server's offsets", () => {
  // as in tzdata 2026f, which older browsers contradict: they set Havana's clocks back in November
  keepOffsets({
    time_zone: "America/Havana",
    until: END,
    offsets: [
      { at: START, utc_offset: "-05:00" },
      { at: "2026-03-08T05:00:00Z", utc_offset: "-04:00" },
    ],
  });

  it("decide, whatever the browser's are", () => {
    expect(formatDateTime("2026-12-15T14:00:00Z", "America/Havana")).toBe("Tue 15 Dec, 10:00");
    expect(dateKey("2026-12-15T04:30:00Z", "America/Havana")).toBe("2026-12-15");
    expect(dateKey("2026-12-15T03:59:00Z", "America/Havana")).toBe("2026-12-14");
    expect(toInstant("2026-12-15", "10:00", "America/Havana")).toBe("2026-12-15T14:00:00.000Z");
    expect(startOfDay("2026-12-15", "America/Havana")).toBe("2026-12-15T04:00:00.000Z");
    expect(showsSameTime("2026-12-15T14:00:00Z", "America/Havana", "-04:00")).toBe(true);
  });

  it("are those in force at the instant", () => {
    expect(formatTime("2026-03-08T04:59:00Z", "America/Havana")).toBe("23:59");
    expect(formatTime("2026-03-08T05:00:00Z", "America/Havana")).toBe("01:00");
    expect(toInstant("2026-03-08", "00:30", "America/Havana")).toBeNull();
    expect(startOfDay("2026-03-08", "America/Havana")).toBe("2026-03-08T05:00:00.000Z");
  });

  it("leave instants before and after them to the browser", () => {
    expect(formatTime("2019-07-01T12:00:00Z", "America/Havana")).toBe("08:00");
    expect(formatTime("2041-01-01T12:00:00Z", "America/Havana")).toBe("07:00");
  });

  it("show a zone that is newer than the browser", () => {
    keepOffsets({ time_zone: "Europe/Atlantis", until: END, offsets: [{ at: START, utc_offset: "-00:30" }] });
    expect(formatTime("2026-12-15T14:00:00Z", "Europe/Atlantis")).toBe("13:30");
    expect(formatTime("2026-12-15T14:00:00Z", "Europe/Lemuria")).toBe("14:00");
  });
});
