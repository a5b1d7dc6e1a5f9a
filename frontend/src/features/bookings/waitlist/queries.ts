import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import type { Booking } from "../types";

export type WaitlistEntry = Schema<"WaitlistEntryOut">;
export type FullStart = Schema<"FullStartOut">;
export type Offer = WaitlistEntry & { offer_until: string };

const KEY = ["waitlist"];
const DAY = 86_400_000;
/** The longest window that the API answers. */
const WINDOW_DAYS = 62;
const REFETCH_MS = 30_000;

/** What the user waits for, by start. Looked at again, since others pass seats on. */
export const ownWaitlistQuery = queryOptions({
  queryKey: [...KEY, "own"],
  queryFn: ({ signal }): Promise<WaitlistEntry[]> => unwrap(api.GET("/api/waitlist", { signal })),
  refetchInterval: REFETCH_MS,
  staleTime: 0,
});

/** Starts of a session that have too few seats left, of the next two months. */
export function fullStartsQuery(sessionId: string, seats: number) {
  return queryOptions({
    queryKey: [...KEY, "full", sessionId, seats],
    queryFn: ({ signal }): Promise<FullStart[]> => {
      const now = Date.now();
      const query = {
        from: new Date(now).toISOString(),
        to: new Date(now + WINDOW_DAYS * DAY).toISOString(),
        seats,
      };
      const path = { session_id: sessionId };
      return unwrap(
        api.GET("/api/sessions/{session_id}/slots/waitlist", { params: { path, query }, signal }),
      );
    },
    refetchInterval: REFETCH_MS,
  });
}

/** Who waits for the creator's sessions, or for one, by start and place. */
export function waitingPeopleQuery(session: string | undefined) {
  return infiniteQueryOptions({
    queryKey: [...KEY, "people", session ?? null],
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/waitlist/creator", {
          params: { query: { session, limit: 50, cursor: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

export function joinWaitlist(
  sessionId: string,
  starts_at: string,
  seats: number,
  key: string,
): Promise<WaitlistEntry> {
  return unwrap(
    api.POST("/api/sessions/{session_id}/slots/waitlist", {
      params: { path: { session_id: sessionId }, header: { "Idempotency-Key": key } },
      body: { starts_at, seats },
    }),
  );
}

export async function leaveWaitlist(id: string): Promise<void> {
  await unwrap(api.DELETE("/api/waitlist/{entry_id}", { params: { path: { entry_id: id } } }));
}

/** Books the seats of an offer for the price that was shown. */
export function acceptOffer(
  { id, price }: WaitlistEntry,
  address: string | null,
  key: string,
): Promise<Booking> {
  return unwrap(
    api.POST("/api/waitlist/{entry_id}/accept", {
      params: { path: { entry_id: id }, header: { "Idempotency-Key": key } },
      body: { expected_price: price, ...(address === null ? {} : { address }) },
    }),
  );
}

export function isOffer(entry: WaitlistEntry): entry is Offer {
  return entry.status === "offered" && entry.offer_until !== null;
}

export function refetchWaitlist(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: KEY });
}
