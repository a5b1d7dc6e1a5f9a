import { describe, expect, it } from "vitest";
import type { Booking } from "./own/queries";
import { changeableUntil, changesOf, minutesUntil, tabOf } from "./rules";

const at = (time: string) => new Date(`2026-12-03T${time}:00Z`);

function bookingOf(given: Partial<Booking>, session: Partial<Booking["session_details"]> = {}): Booking {
  const details = { status: "active", cancellation_notice: 0, ...session };
  return {
    status: "confirmed",
    booking_date: "2026-12-03T10:00:00Z",
    ends_at: "2026-12-03T11:00:00Z",
    answer_by: null,
    session_details: details,
    ...given,
  } as Booking;
}

describe("the tab of a booking", () => {
  it("is upcoming until it ends, then past, also before the server has completed it", () => {
    expect(tabOf(bookingOf({}), at("09:00"))).toBe("upcoming");
    expect(tabOf(bookingOf({}), at("10:59"))).toBe("upcoming");
    expect(tabOf(bookingOf({}), at("11:00"))).toBe("past");
    expect(tabOf(bookingOf({ status: "completed" }), at("10:30"))).toBe("past");
  });

  it("is pending or cancelled whatever the time", () => {
    expect(tabOf(bookingOf({ status: "pending" }), at("23:00"))).toBe("pending");
    expect(tabOf(bookingOf({ status: "cancelled" }), at("09:00"))).toBe("cancelled");
  });
});

describe("what a learner can still do", () => {
  it("ends as many hours before the start as the session says", () => {
    const booking = bookingOf({}, { cancellation_notice: 2 });
    expect(changeableUntil(booking)).toEqual(at("08:00"));
    expect(changesOf(booking, at("07:59"))).toEqual({ canCancel: true, canMove: true });
    expect(changesOf(booking, at("08:00"))).toEqual({ canCancel: false, canMove: false });
  });

  it("counts those hours on the clock of the world, also in the night of a clock change", () => {
    const booking = bookingOf(
      { booking_date: "2027-03-28T10:00:00+02:00", ends_at: "2027-03-28T11:00:00+02:00" },
      { cancellation_notice: 24 },
    );
    expect(changeableUntil(booking).toISOString()).toBe("2027-03-27T08:00:00.000Z");
  });

  it("is nothing once it is settled", () => {
    for (const status of ["cancelled", "completed"] as const) {
      expect(changesOf(bookingOf({ status }), at("07:00"))).toEqual({ canCancel: false, canMove: false });
    }
  });

  it("is to cancel, not to move, when the session is off the market or the request has lapsed", () => {
    const withdrawn = bookingOf({}, { status: "inactive" });
    expect(changesOf(withdrawn, at("07:00"))).toEqual({ canCancel: true, canMove: false });
    const lapsed = bookingOf({ status: "pending", answer_by: "2026-12-03T06:00:00Z" });
    expect(changesOf(lapsed, at("07:00"))).toEqual({ canCancel: true, canMove: false });
  });
});

describe("the countdown", () => {
  it("rounds up, so that it says nothing has begun before it has", () => {
    expect(minutesUntil(bookingOf({}), new Date("2026-12-03T09:58:30Z"))).toBe(2);
    expect(minutesUntil(bookingOf({}), new Date("2026-12-03T09:59:59Z"))).toBe(1);
  });

  it("is nought while it goes on, and none after it", () => {
    expect(minutesUntil(bookingOf({}), at("10:00"))).toBe(0);
    expect(minutesUntil(bookingOf({}), at("10:59"))).toBe(0);
    expect(minutesUntil(bookingOf({}), at("11:00"))).toBeNull();
  });
});
