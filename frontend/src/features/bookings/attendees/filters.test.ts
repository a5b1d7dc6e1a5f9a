import { describe, expect, it } from "vitest";
import { isInView, toApiFilters } from "./filters";

const NOW = new Date("2026-11-22T12:00:00Z");

describe("the filters of a creator's bookings", () => {
  it("ask for what is to come, and what began within a day and may go on", () => {
    expect(toApiFilters({}, "UTC", NOW)).toEqual({
      status: ["pending", "confirmed"],
      starts_from: "2026-11-21T12:00:00.000Z",
      starts_to: undefined,
      session: undefined,
      ordering: "booking_date",
    });
  });

  it("ask for what began before now, the latest first", () => {
    expect(toApiFilters({ show: "past" }, "UTC", NOW)).toMatchObject({
      status: ["confirmed", "completed"],
      starts_to: "2026-11-22T12:00:00.000Z",
      ordering: "-booking_date",
    });
  });

  it("take days as the zone has them, the last included, across a clock change", () => {
    const search = { show: "cancelled", from: "2026-10-25", to: "2026-10-25" } as const;
    expect(toApiFilters(search, "Europe/Rome", NOW)).toMatchObject({
      starts_from: "2026-10-24T22:00:00.000Z",
      starts_to: "2026-10-25T23:00:00.000Z",
    });
  });

  it("never reach over now, whatever days are asked for", () => {
    expect(toApiFilters({ from: "2026-01-01" }, "UTC", NOW).starts_from).toBe("2026-11-21T12:00:00.000Z");
    expect(toApiFilters({ from: "2026-12-01" }, "UTC", NOW).starts_from).toBe("2026-12-01T00:00:00.000Z");
    expect(toApiFilters({ show: "past", to: "2026-12-01" }, "UTC", NOW).starts_to).toBe(
      "2026-11-22T12:00:00.000Z",
    );
  });
});

it("what goes on is still to come, and what has ended is past", () => {
  const goesOn = { status: "confirmed", ends_at: "2026-11-22T12:30:00Z" } as const;
  const ended = { status: "confirmed", ends_at: "2026-11-22T12:00:00Z" } as const;
  expect([isInView(goesOn, "upcoming", NOW), isInView(goesOn, "past", NOW)]).toEqual([true, false]);
  expect([isInView(ended, "upcoming", NOW), isInView(ended, "past", NOW)]).toEqual([false, true]);
});
