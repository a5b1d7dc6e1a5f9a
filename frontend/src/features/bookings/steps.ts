import type { BookingHistory } from "./types";

type Step = BookingHistory["history"][number];

export type StepName =
  | "booked"
  | "asked"
  | "confirmed"
  | "declined"
  | "expired"
  | "held"
  | "paid"
  | "unpaid"
  | "cancelled"
  | "completed"
  | "took_place"
  | "moved"
  | "moved_asking"
  | "moved_only"
  | "moved_with_clocks"
  | "requested"
  | "request_confirmed"
  | "request_declined"
  | "request_withdrawn"
  | "request_expired"
  | "reseated";

/** Who took a step, from the viewer's point of view. */
export type Actor = "you" | "learner" | "creator" | "staff" | "marketplace";

export type HistoryStep = {
  name: StepName;
  at: string;
  actor: Actor;
  /** The actor's own words; empty for none. */
  reason: string;
  /** The old and new start of a rescheduled booking, as instants; only the new one of a request. */
  moved: { from: string | null; to: string } | null;
  seats: { from: number; to: number } | null;
};

/** A booking's history from the point of view of one of its parties. */
export function historySteps(
  booking: Pick<BookingHistory, "history" | "user" | "pay_by" | "status"> & {
    session_details: { creator: string };
  },
  reader: string,
): HistoryStep[] {
  return booking.history.map((step, place) => ({
    name: nameOf(step, booking.user, isBeforePayment(booking, place)),
    at: step.at,
    actor: actorOf(step.by, booking, reader),
    reason: step.reason,
    moved: step.to_start === null ? null : { from: step.from_start, to: step.to_start },
    seats: between(step.from_seats, step.to_seats),
  }));
}

function between<Value>(from: Value | null, to: Value | null) {
  return from !== null && to !== null ? { from, to } : null;
}

/** Whether a step came before the payment that the booking asks, or asked for. */
function isBeforePayment(
  { history, pay_by, status }: Pick<BookingHistory, "history" | "pay_by" | "status">,
  place: number,
) {
  // a confirmed booking has been paid, and asks for seats that were added since
  const isUnpaid = pay_by !== null && status !== "confirmed";
  return isUnpaid || history.slice(place + 1).some((step) => isPayment(step) && step.from !== "confirmed");
}

/** A booking is confirmed without an actor when its payment arrives. */
function isPayment({ action, by, to_start }: Step): boolean {
  return action === "confirm" && by === null && to_start === null;
}

function nameOf(step: Step, learner: string, isUnpaid: boolean): StepName {
  const { action, from, to, by, from_start, to_start } = step;
  const isRequest = to_start !== null;
  switch (action) {
    case "book":
      if (isUnpaid) return "held";
      return to === "pending" ? "asked" : "booked";
    case "confirm":
      if (isPayment(step)) return "paid";
      return isRequest ? "request_confirmed" : "confirmed";
    case "decline":
      if (!isRequest) return "declined";
      return by === learner ? "request_withdrawn" : "request_declined";
    case "expire":
      if (isRequest) return "request_expired";
      return isUnpaid ? "unpaid" : "expired";
    case "cancel":
      return "cancelled";
    case "complete":
      return by === null ? "took_place" : "completed";
    case "seats":
      return "reseated";
    case "reschedule":
      if (by === null) return "moved_with_clocks";
      if (from_start === null) return isRequest ? "requested" : "moved_only";
      return to === "pending" && from !== "pending" ? "moved_asking" : "moved";
  }
}

function actorOf(
  by: string | null,
  { user, session_details: { creator } }: { user: string; session_details: { creator: string } },
  reader: string,
): Actor {
  if (by === null) return "marketplace";
  if (by === reader) return "you";
  if (by === user) return "learner";
  return by === creator ? "creator" : "staff";
}
