import { describe, expect, it } from "vitest";
import fixtures from "~/testing/fixtures/bookings.json";
import { bookingTab, deadlineText, isAllowed, isOpenToLearner, minutesUntil } from "./rules";
import type { Booking } from "./types";

const at = (time: string) => new Date(`2026-12-03T${time}:00Z`);

function bookingOf(overrides: Partial<Booking>, session: Partial<Booking["session_details"]> = {}): Booking {
  const details = { status: "active", cancellation_notice: 0, ...session };
  return {
    status: "confirmed",
    booking_date: "2026-12-03T10:00:00Z",
    ends_at: "2026-12-03T11:00:00Z",
    session_details: details,
    ...overrides,
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

describe("the allowed actions", () => {
  const cases = Object.entries(fixtures) as [keyof typeof fixtures, { now: string; booking: unknown }][];
  const bookingAt = (name: keyof typeof fixtures) => fixtures[name].booking as unknown as Booking;
  const offered = (name: keyof typeof fixtures) => {
    const now = new Date(fixtures[name].now);
    return (["cancel", "reschedule"] as const).filter((action) =>
      isOpenToLearner(bookingAt(name), action, now),
    );
  };

  it("of a learner are those of the API until its limit", () => {
    for (const [name, { booking }] of cases.filter(([each]) => each.endsWith("/learner"))) {
      expect(offered(name), name).toEqual(
        (booking as Booking).allowed_actions.filter((action) => action !== "seats"),
      );
    }
    expect(offered("confirmed/in_time/learner")).toEqual(["cancel", "reschedule"]);
    expect(offered("confirmed/too_late_for_the_learner/learner")).toEqual([]);
  });

  it("of a learner end at the limit even if the response is older", () => {
    const booking = bookingAt("confirmed/in_time/learner");
    const limit = new Date(booking.cancellable_until ?? 0);
    expect(isOpenToLearner(booking, "cancel", new Date(limit.getTime() - 1))).toBe(true);
    expect(isOpenToLearner(booking, "cancel", limit)).toBe(false);
  });

  it("of the creator and staff are to confirm in time and to complete an ended session", () => {
    for (const viewer of ["creator", "staff"] as const) {
      expect(isAllowed(bookingAt(`pending/in_time/${viewer}`), "confirm")).toBe(true);
      expect(isAllowed(bookingAt(`pending/over/${viewer}`), "confirm")).toBe(false);
      expect(isAllowed(bookingAt(`confirmed/over/${viewer}`), "complete")).toBe(true);
      expect(isAllowed(bookingAt(`completed/in_time/${viewer}`), "complete")).toBe(false);
    }
  });
});

describe("the deadline of a learner", () => {
  const now = at("09:00");
  const text = (allowed: Booking["allowed_actions"], cancellation_notice: number, until = "10:00") =>
    deadlineText(
      bookingOf({ allowed_actions: allowed, terms: { cancellation_notice } as Booking["terms"] }),
      at(until).toISOString(),
      now,
    );

  it("names rescheduling only while the API allows it", () => {
    expect(text(["cancel", "reschedule"], 4)).toBe("own.until");
    expect(text(["cancel", "reschedule"], 0)).toBe("own.until_start");
    expect(text(["cancel"], 4)).toBe("own.until_cancel");
    expect(text(["cancel"], 0)).toBe("book.cancel_until_start");
  });

  it("has passed at the limit", () => {
    expect(text(["cancel", "reschedule"], 4, "09:00")).toBe("own.too_late");
    expect(text([], 0, "09:00")).toBe("own.too_late_start");
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
