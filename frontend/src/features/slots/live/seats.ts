import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { queryKeys } from "~/lib/api/queryKeys";
import { monthOf } from "~/lib/time/days";
import { dateKey } from "~/lib/time/time";
import type { Slot } from "../queries";

type NextSlot = { starts_at: string; seats_left: number } | null;

/** Puts starts that changed into every list of the session that is loaded. */
export function applySeats(client: QueryClient, sessionId: string, starts: Slot[]): void {
  for (const [key, slots] of client.getQueriesData<Slot[]>({
    queryKey: queryKeys.slots.ofSession(sessionId),
  })) {
    if (!slots) continue;
    const changed = starts.filter((slot) => belongsTo(slot, key));
    if (changed.length > 0) client.setQueryData(key, withSeats(slots, changed, isOfDay(key)));
  }
  client.setQueryData<{ next_slot?: NextSlot }>(queryKeys.sessions.one(sessionId), (session) => {
    const next = starts.find((slot) => isSameStart(slot, session?.next_slot));
    if (!session?.next_slot || !next || next.seats_left === 0) return session;
    return { ...session, next_slot: { ...session.next_slot, seats_left: next.seats_left } };
  });
}

/** The list with these starts, in order. One of a month has only what can be booked; one of a day, taken times too. */
export function withSeats(slots: Slot[], changed: Slot[], keepsTaken = false): Slot[] {
  const others = slots.filter((slot) => !changed.some((other) => isSameStart(slot, other)));
  const added = changed.filter(({ seats_left }) => keepsTaken || seats_left > 0);
  return [...others, ...added].sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at));
}

export function isSameStart(
  { starts_at }: { starts_at: string },
  other: { starts_at: string } | null | undefined,
): boolean {
  return other != null && Date.parse(starts_at) === Date.parse(other.starts_at);
}

function isOfDay(key: QueryKey): boolean {
  return key[3] === "suggested";
}

/** Whether a start is of the month or day of a list, by the keys of `queryKeys.slots`. */
function belongsTo({ starts_at }: Slot, key: QueryKey): boolean {
  const [, , zone, month, day] = key as string[];
  const date = dateKey(starts_at, zone ?? "UTC");
  return isOfDay(key) ? date === day : monthOf(date) === month;
}
