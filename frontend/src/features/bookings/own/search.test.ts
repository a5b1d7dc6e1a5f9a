import { describe, expect, it } from "vitest";
import { validateBookings } from "./search";

const ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

describe("the address of one's bookings", () => {
  it("keeps the tab and the open booking", () => {
    expect(validateBookings({ tab: "past", booking: ID })).toEqual({ tab: "past", booking: ID });
  });

  it("says that one writes a message, to the open booking only", () => {
    expect(validateBookings({ booking: ID, write: true })).toEqual({ booking: ID, write: true });
    expect(validateBookings({ write: true })).toEqual({});
    expect(validateBookings({ booking: ID, write: "yes" })).toEqual({ booking: ID });
  });

  it("omits the default tab", () => {
    expect(validateBookings({ tab: "upcoming" })).toEqual({});
    expect(validateBookings({})).toEqual({});
  });

  it("drops unknown values", () => {
    expect(validateBookings({ tab: "nonsense", booking: "../../etc", page: 3 })).toEqual({});
    expect(validateBookings({ tab: ["past"], booking: 7 })).toEqual({});
  });
});
