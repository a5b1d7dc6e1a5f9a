export const BOOKING_TABS = ["upcoming", "pending", "past", "cancelled"] as const;

export type BookingTab = (typeof BOOKING_TABS)[number];

/** Search parameters of "My bookings": the tab, the booking whose details are open, and whether to write a message. */
export type BookingsSearch = { tab?: Exclude<BookingTab, "upcoming">; booking?: string; write?: true };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function validateBookings({ tab, booking, write }: Record<string, unknown>): BookingsSearch {
  const known = BOOKING_TABS.find((name) => name === tab);
  const isBooking = typeof booking === "string" && UUID.test(booking);
  return {
    ...(known && known !== "upcoming" && { tab: known }),
    ...(isBooking && { booking }),
    ...(isBooking && write === true && { write }),
  };
}
