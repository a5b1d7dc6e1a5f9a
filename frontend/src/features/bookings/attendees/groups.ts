import type { Booking } from "../types";

/** One start of one session, with everybody who booked it under the filters that are set. */
export type SlotGroup = {
  key: string;
  session: Booking["session_details"];
  starts_at: string;
  ends_at: string;
  bookings: Booking[];
  /** Seats that are held: what is cancelled holds none. */
  seats: number;
  /** False where the list goes on and more people of the same start may follow. */
  isComplete: boolean;
};

export function isLive({ status }: Pick<Booking, "status">): boolean {
  return status === "pending" || status === "confirmed";
}

/** Bookings by their slot, slots in the order in which the list brings them first. */
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
  // a list by start is cut within a start only at its end, where two sessions may start at once
  const end = hasMore ? Date.parse(result.at(-1)?.starts_at ?? "") : Number.NaN;
  for (const group of result) group.isComplete = Date.parse(group.starts_at) !== end;
  return result;
}
