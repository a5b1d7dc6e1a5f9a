import type { BookingAction, BookingRecord } from "./queries";

type ActionFields = Pick<BookingRecord, "status" | "ends_at" | "answer_by" | "user">;

/**
 * What staff can do with a booking now, in the order of the buttons. For the creator they answer
 * and complete, unless they booked it themselves.
 */
export function actionsFor(
  booking: ActionFields,
  me: string | undefined,
  now: Date,
): (BookingAction | "reschedule")[] {
  const { status, ends_at, answer_by, user } = booking;
  const isOver = new Date(ends_at) <= now;
  const isLive = (status === "pending" || status === "confirmed") && !isOver;
  const isAnswerable = status === "pending" && (!answer_by || new Date(answer_by) > now);
  const actions: BookingAction[] = [];
  if (user !== me && isAnswerable) actions.push("confirm", "decline");
  if (user !== me && status === "confirmed" && isOver) actions.push("complete");
  return isLive ? [...actions, "reschedule", "cancel"] : actions;
}
