import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answered, api, type Schema } from "~/lib/api/client";
import { type Day, type Month, monthAfter, monthOf, monthSpan } from "~/lib/time/days";

export type Slot = Schema<"SlotOut">;

/** The farthest that a schedule may reach, in months (730 days). */
export const HORIZON_MONTHS = 24;

/** The starts of one month of the viewer's calendar that can be booked. They go fast, so they are not kept long. */
export function slotsQuery(sessionId: string, month: Month, zone: string) {
  return queryOptions({
    queryKey: ["slots", sessionId, zone, month],
    queryFn: ({ signal }): Promise<Slot[]> =>
      answered(
        api.GET("/api/sessions/{session_id}/slots", {
          params: { path: { session_id: sessionId }, query: monthSpan(month, zone) },
          signal,
        }),
      ),
    staleTime: 20_000,
  });
}

/**
 * The first start after a month with seats for that many, looked for month by month as far as a schedule may reach from
 * `today`; `null` when there is none.
 */
export async function findNextFree(
  client: QueryClient,
  { sessionId, after, today, zone, seats }: NextFree,
): Promise<Slot | null> {
  const last = monthAfter(monthOf(today), HORIZON_MONTHS);
  for (let month = monthAfter(after); month <= last; month = monthAfter(month)) {
    const slots = await client.fetchQuery(slotsQuery(sessionId, month, zone));
    const free = slots.find(({ seats_left }) => seats_left >= seats);
    if (free) return free;
  }
  return null;
}

export type NextFree = { sessionId: string; after: Month; today: Day; zone: string; seats: number };
