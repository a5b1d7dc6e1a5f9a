import { describe, expect, it } from "vitest";
import { isNarrowed, validateAttendees } from "./search";

const ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

describe("the address of a creator's bookings", () => {
  it("keeps what makes sense", () => {
    const search = { show: "past", session: ID, from: "2026-11-01", to: "2026-11-30" };
    expect(validateAttendees(search)).toEqual(search);
  });

  it("says nothing of the view that is shown anyway", () => {
    expect(validateAttendees({ show: "upcoming" })).toEqual({});
  });

  it("drops what it does not know, days that there are not, and a range that ends before it begins", () => {
    expect(validateAttendees({ show: "all", session: "1", from: "2026-02-30", to: 7 })).toEqual({});
    expect(validateAttendees({ from: "2026-11-30", to: "2026-11-01" })).toEqual({ from: "2026-11-30" });
  });

  it("is narrowed by a session or a day, not by its view", () => {
    expect(isNarrowed({ show: "past" })).toBe(false);
    expect(isNarrowed({ session: ID })).toBe(true);
  });
});
