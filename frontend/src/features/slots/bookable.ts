import type { Slot } from "./queries";

/** The fields needed to choose a time; also present in a booking's `session_details`. */
export type BookableSession = {
  id: string;
  is_open: boolean;
  /** Minutes. */
  duration: number;
  /** The creator's time zone. */
  time_zone?: string | null;
  next_slot?: { starts_at: string } | null;
};

/** A selected start. Send `starts_at` as is; `seats_left` is `null` for a session by arrangement. */
export type PickedTime = { starts_at: string; ends_at: string; seats_left: number | null };

/** Whether to show the number of seats left. Never while all seats are free. */
export function hasFewSeatsLeft({ seats_left, capacity }: Pick<Slot, "seats_left" | "capacity">): boolean {
  return seats_left < capacity && seats_left <= 3;
}
