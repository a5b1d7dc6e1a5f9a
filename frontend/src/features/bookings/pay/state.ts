import { awaitsPayment } from "../rules";
import type { BookingHistory } from "../types";

/**
 * How far paying for a booking got. `asking`: the provider was asked for its page and has not answered. `requested`: the
 * amount is held until the creator responds. `over`: it was cancelled, for another reason than its payment.
 */
export type PayState = "due" | "asking" | "expired" | "requested" | "booked" | "over";

type Paid = Pick<BookingHistory, "status" | "pay_by" | "history" | "payment">;

export function payState(booking: Paid, now: Date): PayState {
  if (awaitsPayment(booking)) {
    if (now >= new Date(booking.pay_by)) return "expired";
    return booking.payment?.status === "asking" ? "asking" : "due";
  }
  // seats that were added to a paid booking: without their payment it stays, with fewer seats
  if (booking.status === "confirmed" && booking.pay_by !== null && now < new Date(booking.pay_by)) {
    return booking.payment?.status === "asking" ? "asking" : "due";
  }
  if (booking.status === "pending") return "requested";
  if (booking.status !== "cancelled") return "booked";
  return booking.pay_by !== null && booking.history.at(-1)?.action === "expire" ? "expired" : "over";
}

/** Whether the provider has a page of this payment, so that looking it up may tell news. */
export function isOpened({ payment }: Pick<BookingHistory, "payment">): boolean {
  return payment?.status === "open" || payment?.status === "asking";
}

/** Seconds between fetches, and at most while the learner waits for the provider's page. */
const DELAYS = [1, 2, 3, 5, 8, 13, 20, 30];
const MAX_ASKING = 5;

/** Milliseconds before the booking is fetched again, after `count` answers; `false` once nothing is expected. */
export function pollDelay(state: PayState, count: number): number | false {
  if (state === "requested" || state === "booked" || state === "over") return false;
  const seconds = DELAYS[Math.max(0, count - 1)] ?? 30;
  return (state === "asking" ? Math.min(seconds, MAX_ASKING) : seconds) * 1000;
}

/** "14:59", or "1:04:59", of milliseconds; whole seconds that are left. */
export function clockOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  const rest = `${two(minutes)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** The minutes left that are announced: 10, 5, 2, 1 and 0, so that a screen reader does not read every second. */
export function announcedMinutes(milliseconds: number): number | null {
  return [0, 1, 2, 5, 10].find((minutes) => milliseconds <= minutes * 60_000) ?? null;
}

const REASONS = {
  insufficient_funds: "funds",
  expired_card: "expired",
  incorrect_number: "number",
  invalid_number: "number",
  incorrect_cvc: "code",
  invalid_cvc: "code",
  incorrect_zip: "address",
  authentication_failed: "unconfirmed",
  authentication_required: "unconfirmed",
  payment_intent_authentication_failure: "unconfirmed",
  card_not_supported: "unsupported",
  currency_not_supported: "unsupported",
  card_velocity_exceeded: "limit",
  withdrawal_count_limit_exceeded: "limit",
  processing_error: "processing",
  try_again_later: "processing",
} as const;

export type Decline = (typeof REASONS)[keyof typeof REASONS] | "other";

/** Why a card was declined, of the provider's code. A lost or stolen card is not called so: its holder may be a thief. */
export function declineOf(code: string): Decline {
  return Object.hasOwn(REASONS, code) ? REASONS[code as keyof typeof REASONS] : "other";
}
