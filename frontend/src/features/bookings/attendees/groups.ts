import type { Booking } from "../types";

/** A slot with its bookings under the current filters. */
export type SlotGroup = {
  key: string;
  session: Booking["session_details"];
  starts_at: string;
  ends_at: string;
  bookings: Booking[];
  /** Seats taken; cancelled bookings hold none. */
  seats: number;
  /** False if further pages may have more bookings of this slot. */
  isComplete: boolean;
};

export function isLive({ status }: Pick<Booking, "status">): boolean {
  return status === "pending" || status === "confirmed";
}

/** Groups bookings by slot, in the order of their first booking. */
export function groupBySlot(bookings: Booking[], hasMore: boolean): SlotGroup[] {
  const groups = new Map<string, SlotGroup>();
  for (const booking of bookings) {
    const key = `${booking.session} ${Date.parse(booking.booking_date)}`;
    const group = groups.get(key) ?? {
      key,
      session: booking.session_details,
      starts_at: booking.booking_date,
      ends_at: booking.ends_at,
      bookings: [],
      seats: 0,
      isComplete: true,
    };
    group.bookings.push(booking);
    if (booking.status !== "cancelled") group.seats += booking.seats;
    groups.set(key, group);
  }
  const result = [...groups.values()];
  // sorted by start: only the last start can be incomplete, and two sessions may share it
  const end = hasMore ? Date.parse(result.at(-1)?.starts_at ?? "") : Number.NaN;
  for (const group of result) group.isComplete = Date.parse(group.starts_at) !== end;
  return result;
}
