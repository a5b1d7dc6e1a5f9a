import type { BookingHistory } from "./own/queries";

type Step = BookingHistory["history"][number];

export type StepName =
  | "booked"
  | "asked"
  | "confirmed"
  | "declined"
  | "lapsed"
  | "cancelled"
  | "completed"
  | "took_place"
  | "moved"
  | "moved_asking";

/** Who took a step, as the reader of the history knows them. */
export type Actor = "you" | "learner" | "creator" | "staff" | "marketplace";

export type ToldStep = {
  name: StepName;
  at: string;
  actor: Actor;
  /** In the words of who took the step; empty for none. */
  reason: string;
  /** From where to where it was moved, as instants. */
  moved: { from: string; to: string } | null;
};

const MOVE = /^Moved from (\d{4}-\d\d-\d\d) (\d\d:\d\d) to (\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\.$/;

/** A booking's history as it is told to one of its parties. */
export function stepsOf(
  booking: Pick<BookingHistory, "history" | "user"> & { session_details: { creator: string } },
  reader: string,
): ToldStep[] {
  return booking.history.map((step) => {
    const moved = movedBy(step);
    return {
      name: nameOf(step, moved !== null, step.by === booking.user),
      at: step.at,
      actor: actorOf(step.by, booking, reader),
      reason: moved ? "" : step.reason,
      moved,
    };
  });
}

function movedBy({ from, to, reason }: Step): ToldStep["moved"] {
  const found = from !== null && (to === from || to === "pending") && MOVE.exec(reason);
  return found ? { from: `${found[1]}T${found[2]}Z`, to: `${found[3]}T${found[4]}Z` } : null;
}

function nameOf({ from, to, by }: Step, isMove: boolean, isLearner: boolean): StepName {
  if (isMove) return to === "pending" && from !== "pending" ? "moved_asking" : "moved";
  if (from === null) return to === "pending" ? "asked" : "booked";
  if (to === "completed") return by === null ? "took_place" : "completed";
  if (to === "confirmed") return "confirmed";
  if (from === "pending" && by === null) return "lapsed";
  return from === "pending" && !isLearner ? "declined" : "cancelled";
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
