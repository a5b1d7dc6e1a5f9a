import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrapAll } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { addDays, addMonths, type Day, type Month, monthBounds, monthOf, startOfDay } from "~/lib/time/days";

export type Slot = Schema<"SlotOut">;

/** The maximum booking window, in months (730 days). */
export const MAX_BOOKING_WINDOW_MONTHS = 24;

/** Bookable starts of a month in the viewer's zone. Stale soon, because other users book them. */
export function slotsQuery(sessionId: string, month: Month, zone: string) {
  return queryOptions({
    queryKey: queryKeys.slots.month(sessionId, zone, month),
    queryFn: ({ signal }): Promise<Slot[]> => {
      const bounds = monthBounds(month, zone);
      return unwrapAll(
        (from = bounds.from) =>
          api.GET("/api/sessions/{session_id}/slots", {
            params: { path: { session_id: sessionId }, query: { ...bounds, from } },
            signal,
          }),
        "from",
      );
    },
    staleTime: 20_000,
  });
}

/** The quarter hours that a session by arrangement suggests for a day of the viewer, taken ones with the reason. */
export function suggestedStartsQuery(sessionId: string, day: Day, zone: string) {
  return queryOptions({
    queryKey: queryKeys.slots.suggested(sessionId, zone, day),
    queryFn: ({ signal }): Promise<Slot[]> =>
      unwrapAll(
        (from = startOfDay(day, zone)) =>
          api.GET("/api/sessions/{session_id}/suggested-starts", {
            params: { path: { session_id: sessionId }, query: { from, to: startOfDay(addDays(day), zone) } },
            signal,
          }),
        "from",
      ),
    staleTime: 20_000,
  });
}

/**
 * The first start after a month with enough seats. Searches month by month up to the maximum booking window from
 * `today`; `null` if there is none.
 */
export async function findNextFree(
  client: QueryClient,
  { sessionId, after, today, zone, seats }: NextFreeSearch,
): Promise<Slot | null> {
  const last = addMonths(monthOf(today), MAX_BOOKING_WINDOW_MONTHS);
  for (let month = addMonths(after); month <= last; month = addMonths(month)) {
    const slots = await client.fetchQuery(slotsQuery(sessionId, month, zone));
    const free = slots.find(({ seats_left }) => seats_left >= seats);
    if (free) return free;
  }
  return null;
}

export type NextFreeSearch = { sessionId: string; after: Month; today: Day; zone: string; seats: number };
