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

/** A selected start. `starts_at` is what to send; `seats_left` is `null` for a session by arrangement. */
export type PickedTime = { starts_at: string; ends_at: string; seats_left: number | null };

/** Whether so few seats are left that it is shown. Never while all seats are free. */
export function hasFewSeatsLeft({ seats_left, capacity }: Pick<Slot, "seats_left" | "capacity">): boolean {
  return seats_left < capacity && seats_left <= 3;
}
