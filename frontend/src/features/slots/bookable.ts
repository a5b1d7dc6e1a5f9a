import type { Schema } from "~/lib/api/client";
import { toInstant } from "~/lib/time/days";
import { localTime } from "~/lib/time/time";
import type { Slot } from "./queries";

/** The fields needed to choose a time; also present in a booking's `session_details`. */
export type BookableSession = {
  id: string;
  is_open: boolean;
  /** Minutes. */
  duration: number;
  /** The creator's time zone. */
  time_zone: string;
  next_slot?: { starts_at: string } | null;
};

/** A selected start. Send it by `toStartRequest`; `seats_left` is `null` for a session by arrangement. */
export type PickedTime = { starts_at: string; ends_at: string; seats_left: number | null };

/** Whether to show the number of seats left. Never while all seats are free. */
export function hasFewSeatsLeft({ seats_left, capacity }: Pick<Slot, "seats_left" | "capacity">): boolean {
  return seats_left < capacity && seats_left <= 3;
}

/** The start in a request. */
export type StartRequest = Pick<Schema<"RescheduleIn">, "booking_date" | "local_start" | "time_zone">;

/**
 * How to request a start: an instant that the server listed as it is; a time that was typed, for a session by
 * arrangement, as local time, which the server converts.
 */
export function toStartRequest(
  starts_at: string,
  zone: string,
  { is_open }: { is_open: boolean },
): StartRequest {
  const local_start = localTime(starts_at, zone);
  const [day = "", time = ""] = local_start.split("T");
  // a local time that occurs twice means the first
  const isTyped = is_open && Date.parse(toInstant(day, time, zone) ?? "") === Date.parse(starts_at);
  return isTyped ? { local_start, time_zone: zone } : { booking_date: starts_at };
}
