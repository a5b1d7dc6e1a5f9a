import type { BookingHistory } from "./types";

type Step = BookingHistory["history"][number];

export type StepName =
  | "booked"
  | "asked"
  | "confirmed"
  | "declined"
  | "expired"
  | "cancelled"
  | "completed"
  | "took_place"
  | "moved"
  | "moved_asking"
  | "moved_only"
  | "reseated";

/** Who took a step, as the reader of the history knows them. */
export type Actor = "you" | "learner" | "creator" | "staff" | "marketplace";

export type HistoryStep = {
  name: StepName;
  at: string;
  actor: Actor;
  /** In the words of who took the step; empty for none. */
  reason: string;
  /** The starts it was moved from and to, as instants. */
  moved: { from: string; to: string } | null;
  seats: { from: number; to: number } | null;
};

/** A booking's history from the point of view of one of its parties. */
export function historySteps(
  booking: Pick<BookingHistory, "history" | "user"> & { session_details: { creator: string } },
  reader: string,
): HistoryStep[] {
  return booking.history.map((step) => ({
    name: nameOf(step),
    at: step.at,
    actor: actorOf(step.by, booking, reader),
    reason: step.reason,
    moved: between(step.from_start, step.to_start),
    seats: between(step.from_seats, step.to_seats),
  }));
}

function between<Value>(from: Value | null, to: Value | null) {
  return from !== null && to !== null ? { from, to } : null;
}

function nameOf({ action, from, to, by, from_start }: Step): StepName {
  switch (action) {
    case "book":
      return to === "pending" ? "asked" : "booked";
    case "confirm":
      return "confirmed";
    case "decline":
      return "declined";
    case "expire":
      return "expired";
    case "cancel":
      return "cancelled";
    case "complete":
      return by === null ? "took_place" : "completed";
    case "seats":
      return "reseated";
    case "reschedule":
      if (from_start === null) return "moved_only";
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
