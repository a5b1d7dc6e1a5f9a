import type { Booking } from "./own/queries";
import type { BookingTab } from "./own/search";

const HOUR = 3_600_000;

type Timed = Pick<Booking, "status" | "booking_date" | "ends_at">;

/** Where a booking is as time goes by; the server settles those that have ended a moment later. */
export function tabOf({ status, ends_at }: Timed, now: Date): BookingTab {
  if (status === "pending" || status === "cancelled") return status;
  return status === "confirmed" && new Date(ends_at) > now ? "upcoming" : "past";
}

/** Until when the learner may cancel or move a booking. */
export function changeableUntil({
  booking_date,
  session_details: { cancellation_notice },
}: Pick<Booking, "booking_date"> & {
  session_details: Pick<Booking["session_details"], "cancellation_notice">;
}): Date {
  return new Date(new Date(booking_date).getTime() - cancellation_notice * HOUR);
}

/** What the learner can still do. The server has the last word. */
export function changesOf(booking: Booking, now: Date): { canCancel: boolean; canMove: boolean } {
  const isLive = booking.status === "pending" || booking.status === "confirmed";
  const canCancel = isLive && now < changeableUntil(booking);
  const hasLapsed =
    booking.status === "pending" && booking.answer_by !== null && now >= new Date(booking.answer_by);
  return { canCancel, canMove: canCancel && !hasLapsed && booking.session_details.status === "active" };
}

/** How long it takes until a booking begins, in minutes; `0` while it goes on, `null` when it is over. */
export function minutesUntil({ booking_date, ends_at }: Timed, now: Date): number | null {
  if (now >= new Date(ends_at)) return null;
  return Math.max(0, Math.ceil((new Date(booking_date).getTime() - now.getTime()) / 60_000));
}
