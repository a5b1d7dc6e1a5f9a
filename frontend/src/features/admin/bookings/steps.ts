import type { BookingRecord, BookingStep } from "./queries";

type Life = Pick<BookingRecord, "status" | "ends_at" | "answer_by" | "user">;

/**
 * What somebody of the staff can do with a booking at a moment, in the order of the buttons. For the creator they answer
 * and complete, unless they booked it themselves.
 */
export function stepsOf(booking: Life, me: string | undefined, now: Date): (BookingStep | "reschedule")[] {
  const { status, ends_at, answer_by, user } = booking;
  const isOver = new Date(ends_at) <= now;
  const isLive = (status === "pending" || status === "confirmed") && !isOver;
  const isAnswerable = status === "pending" && (!answer_by || new Date(answer_by) > now);
  const forCreator: BookingStep[] = [];
  if (user !== me && isAnswerable) forCreator.push("confirm", "decline");
  if (user !== me && status === "confirmed" && isOver) forCreator.push("complete");
  return isLive ? [...forCreator, "reschedule", "cancel"] : forCreator;
}
