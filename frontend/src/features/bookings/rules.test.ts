import { describe, expect, it } from "vitest";
import { bookingTab, cancellableUntil, learnerActions, minutesUntil } from "./rules";
import type { Booking } from "./types";

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
    expect(bookingTab(bookingOf({}), at("09:00"))).toBe("upcoming");
    expect(bookingTab(bookingOf({}), at("10:59"))).toBe("upcoming");
    expect(bookingTab(bookingOf({}), at("11:00"))).toBe("past");
    expect(bookingTab(bookingOf({ status: "completed" }), at("10:30"))).toBe("past");
  });

  it("is pending or cancelled whatever the time", () => {
    expect(bookingTab(bookingOf({ status: "pending" }), at("23:00"))).toBe("pending");
    expect(bookingTab(bookingOf({ status: "cancelled" }), at("09:00"))).toBe("cancelled");
  });
});

describe("the actions of a learner", () => {
  it("end at the cancellation notice", () => {
    const booking = bookingOf({}, { cancellation_notice: 2 });
    expect(cancellableUntil(booking)).toEqual(at("08:00"));
    expect(learnerActions(booking, at("07:59"))).toEqual({ canCancel: true, canMove: true });
    expect(learnerActions(booking, at("08:00"))).toEqual({ canCancel: false, canMove: false });
  });

  it("count elapsed hours across a clock change", () => {
    const booking = bookingOf(
      { booking_date: "2027-03-28T10:00:00+02:00", ends_at: "2027-03-28T11:00:00+02:00" },
      { cancellation_notice: 24 },
    );
    expect(cancellableUntil(booking).toISOString()).toBe("2027-03-27T08:00:00.000Z");
  });

  it("are none for a settled booking", () => {
    for (const status of ["cancelled", "completed"] as const) {
      expect(learnerActions(bookingOf({ status }), at("07:00"))).toEqual({
        canCancel: false,
        canMove: false,
      });
    }
  });

  it("exclude rescheduling when the session is hidden or the request has expired", () => {
    const withdrawn = bookingOf({}, { status: "inactive" });
    expect(learnerActions(withdrawn, at("07:00"))).toEqual({ canCancel: true, canMove: false });
    const lapsed = bookingOf({ status: "pending", answer_by: "2026-12-03T06:00:00Z" });
    expect(learnerActions(lapsed, at("07:00"))).toEqual({ canCancel: true, canMove: false });
  });
});

describe("the countdown", () => {
  it("rounds up to whole minutes", () => {
    expect(minutesUntil(bookingOf({}), new Date("2026-12-03T09:58:30Z"))).toBe(2);
    expect(minutesUntil(bookingOf({}), new Date("2026-12-03T09:59:59Z"))).toBe(1);
  });

  it("is zero during the session and null afterwards", () => {
    expect(minutesUntil(bookingOf({}), at("10:00"))).toBe(0);
    expect(minutesUntil(bookingOf({}), at("10:59"))).toBe(0);
    expect(minutesUntil(bookingOf({}), at("11:00"))).toBeNull();
  });
});
