import { describe, expect, it } from "vitest";
import { isInView, toApiFilters } from "./filters";

const NOW = new Date("2026-11-22T12:00:00Z");

describe("the filters of a creator's bookings", () => {
  it("include sessions in progress among the upcoming", () => {
    expect(toApiFilters({}, "UTC", NOW)).toEqual({
      status: ["pending", "confirmed"],
      starts_from: "2026-11-21T12:00:00.000Z",
      starts_to: undefined,
      session: undefined,
      ordering: "booking_date",
    });
  });

  it("list past bookings latest first", () => {
    expect(toApiFilters({ show: "past" }, "UTC", NOW)).toMatchObject({
      status: ["confirmed", "completed"],
      starts_to: "2026-11-22T12:00:00.000Z",
      ordering: "-booking_date",
    });
  });

  it("convert days of the zone, the last included, across a clock change", () => {
    const search = { show: "cancelled", from: "2026-10-25", to: "2026-10-25" } as const;
    expect(toApiFilters(search, "Europe/Rome", NOW)).toMatchObject({
      starts_from: "2026-10-24T22:00:00.000Z",
      starts_to: "2026-10-25T23:00:00.000Z",
    });
  });

  it("list what the creator has to answer as requests, moves too", () => {
    expect(toApiFilters({ show: "requests" }, "UTC", NOW)).toMatchObject({
      status: ["pending", "confirmed"],
      awaiting_response: true,
      ordering: "booking_date",
    });
    expect(toApiFilters({}, "UTC", NOW)).not.toHaveProperty("awaiting_response");
  });

  it("never reach past the current time", () => {
    expect(toApiFilters({ from: "2026-01-01" }, "UTC", NOW).starts_from).toBe("2026-11-21T12:00:00.000Z");
    expect(toApiFilters({ from: "2026-12-01" }, "UTC", NOW).starts_from).toBe("2026-12-01T00:00:00.000Z");
    expect(toApiFilters({ show: "past", to: "2026-12-01" }, "UTC", NOW).starts_to).toBe(
      "2026-11-22T12:00:00.000Z",
    );
  });
});

it("a session in progress is upcoming and an ended one is past", () => {
  const goesOn = { status: "confirmed", ends_at: "2026-11-22T12:30:00Z" } as const;
  const ended = { status: "confirmed", ends_at: "2026-11-22T12:00:00Z" } as const;
  expect([isInView(goesOn, "upcoming", NOW), isInView(goesOn, "past", NOW)]).toEqual([true, false]);
  expect([isInView(ended, "upcoming", NOW), isInView(ended, "past", NOW)]).toEqual([false, true]);
});
