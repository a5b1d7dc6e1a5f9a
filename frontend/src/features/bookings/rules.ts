import type { BookingTab } from "./own/search";
import type { Booking } from "./types";

type TimedBooking = Pick<Booking, "status" | "booking_date" | "ends_at">;

/** The tab of a booking at `now`; the server settles past bookings a moment later. */
export function bookingTab({ status, ends_at }: TimedBooking, now: Date): BookingTab {
  if (status === "pending" || status === "cancelled") return status;
  return status === "confirmed" && new Date(ends_at) > now ? "upcoming" : "past";
}

/** Whether the booking only holds its seats until it is paid. */
export function awaitsPayment<Held extends Pick<Booking, "status" | "pay_by">>(
  booking: Held,
): booking is Held & { pay_by: string } {
  return booking.status === "pending" && booking.pay_by !== null;
}

type AllowedAction = Booking["allowed_actions"][number];

/** Whether the API allows this action to the user who requested it. */
export function isAllowed(
  { allowed_actions }: Pick<Booking, "allowed_actions">,
  action: AllowedAction,
): boolean {
  return allowed_actions.includes(action);
}

/** Whether the learner can still cancel or reschedule, also when the response is minutes old. */
export function isOpenToLearner(
  booking: Pick<Booking, "allowed_actions" | "cancellable_until">,
  action: "cancel" | "reschedule",
  now: Date,
): boolean {
  const { cancellable_until: until } = booking;
  return isAllowed(booking, action) && until !== null && now < new Date(until);
}

/** The text that says until when the learner can cancel, and reschedule if the session takes bookings. */
export function deadlineText(booking: Pick<Booking, "allowed_actions" | "terms">, until: string, now: Date) {
  const hasNotice = booking.terms.cancellation_notice > 0;
  if (now >= new Date(until)) return hasNotice ? "own.too_late" : "own.too_late_start";
  if (isAllowed(booking, "reschedule")) return hasNotice ? "own.until" : "own.until_start";
  return hasNotice ? "own.until_cancel" : "book.cancel_until_start";
}

/** Minutes until a booking starts; `0` while it is running, `null` once it is over. */
export function minutesUntil({ booking_date, ends_at }: TimedBooking, now: Date): number | null {
  if (now >= new Date(ends_at)) return null;
  return Math.max(0, Math.ceil((new Date(booking_date).getTime() - now.getTime()) / 60_000));
}
