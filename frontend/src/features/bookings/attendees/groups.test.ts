import { describe, expect, it } from "vitest";
import type { Booking } from "../types";
import { groupBySlot } from "./groups";

const YOGA = "0190a1b2-0000-7000-8000-000000000001";
const LUTE = "0190a1b2-0000-7000-8000-000000000002";

function booking(session: string, booking_date: string, changes: Partial<Booking> = {}): Booking {
  return {
    id: crypto.randomUUID(),
    session,
    session_details: { id: session, title: session === YOGA ? "Yoga" : "Lute" } as Booking["session_details"],
    booking_date,
    ends_at: booking_date,
    seats: 1,
    status: "confirmed",
    ...changes,
  } as Booking;
}

describe("bookings by slot", () => {
  it("are one group for each start of each session, in the order of the list", () => {
    const groups = groupBySlot(
      [
        booking(YOGA, "2026-12-03T10:00:00Z"),
        booking(YOGA, "2026-12-03T10:00:00Z", { seats: 3 }),
        booking(LUTE, "2026-12-03T10:00:00Z"),
        booking(YOGA, "2026-12-04T10:00:00Z"),
      ],
      false,
    );
    expect(groups.map(({ session, bookings, seats }) => [session.title, bookings.length, seats])).toEqual([
      ["Yoga", 2, 4],
      ["Lute", 1, 1],
      ["Yoga", 1, 1],
    ]);
  });

  it("compare starts as instants", () => {
    const twice = [booking(YOGA, "2026-12-03T10:00:00Z"), booking(YOGA, "2026-12-03T10:00:00.000+00:00")];
    expect(groupBySlot(twice, false)).toHaveLength(1);
  });

  it("do not count cancelled seats", () => {
    const groups = groupBySlot(
      [
        booking(YOGA, "2026-12-03T10:00:00Z", { status: "cancelled", seats: 2 }),
        booking(YOGA, "2026-12-03T10:00:00Z", { status: "pending", seats: 2 }),
      ],
      false,
    );
    expect(groups[0]?.seats).toBe(2);
  });

  it("mark the last group as incomplete while there are more pages", () => {
    const list = [booking(YOGA, "2026-12-03T10:00:00Z"), booking(YOGA, "2026-12-04T10:00:00Z")];
    expect(groupBySlot(list, true).map(({ isComplete }) => isComplete)).toEqual([true, false]);
    expect(groupBySlot(list, false).every(({ isComplete }) => isComplete)).toBe(true);
    expect(groupBySlot([], true)).toEqual([]);
  });
});
