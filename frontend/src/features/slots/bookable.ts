import type { Slot } from "./queries";

/** What choosing a time needs to know of a session; a booking's `session_details` know it, too. */
export type BookableSession = {
  id: string;
  is_open: boolean;
  /** Minutes. */
  duration: number;
  /** The zone in which its creator reads times. */
  time_zone?: string | null;
  next_slot?: { starts_at: string } | null;
};

/** A start that was chosen. `starts_at` is what to send; `seats_left` is `null` where nobody counts yet. */
export type PickedTime = { starts_at: string; ends_at: string; seats_left: number | null };

/** So few seats that it is worth saying; never where nobody has taken any yet. */
export function hasFewSeatsLeft({ seats_left, capacity }: Pick<Slot, "seats_left" | "capacity">): boolean {
  return seats_left < capacity && seats_left <= 3;
}
