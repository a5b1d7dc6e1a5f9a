import { describe, expect, it } from "vitest";
import { isNarrowed, validateAttendees } from "./search";

const ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

describe("the address of a creator's bookings", () => {
  it("keeps valid values", () => {
    const search = { show: "past", session: ID, from: "2026-11-01", to: "2026-11-30" };
    expect(validateAttendees(search)).toEqual(search);
    expect(validateAttendees({ booking: ID })).toEqual({ booking: ID });
  });

  it("omits the default view", () => {
    expect(validateAttendees({ show: "upcoming" })).toEqual({});
  });

  it("drops unknown values, invalid days and reversed ranges", () => {
    expect(validateAttendees({ show: "all", session: "1", from: "2026-02-30", to: 7, booking: "1" })).toEqual(
      {},
    );
    expect(validateAttendees({ from: "2026-11-30", to: "2026-11-01" })).toEqual({ from: "2026-11-30" });
  });

  it("counts a session or a day as a filter, not the view", () => {
    expect(isNarrowed({ show: "past" })).toBe(false);
    expect(isNarrowed({ session: ID })).toBe(true);
  });
});
