export const BOOKING_TABS = ["upcoming", "pending", "past", "cancelled"] as const;

export type BookingTab = (typeof BOOKING_TABS)[number];

/** Search parameters of "My bookings": the tab, and the booking whose details are open. */
export type BookingsSearch = { tab?: Exclude<BookingTab, "upcoming">; booking?: string };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function validateBookings({ tab, booking }: Record<string, unknown>): BookingsSearch {
  const known = BOOKING_TABS.find((name) => name === tab);
  return {
    ...(known && known !== "upcoming" && { tab: known }),
    ...(typeof booking === "string" && UUID.test(booking) && { booking }),
  };
}
