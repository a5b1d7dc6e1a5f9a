import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { saveSchedule, scheduleQuery } from "~/features/schedules/queries";
import { api, type Page, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { type Session, sessionQuery } from "../queries";
import type { SessionChanges, SessionIn } from "./model";

export type Summary = Schema<"CreatorSummaryOut">;

const PAGE = 20;

/** The creator's numbers: sold seats, upcoming bookings, income of the month. */
export const summaryQuery = queryOptions({
  queryKey: queryKeys.creator.summary,
  queryFn: ({ signal }): Promise<Summary> => unwrap(api.GET("/api/creator/summary", { signal })),
});

/** The creator's sessions, hidden ones too, newest first. */
export const ownSessionsQuery = infiniteQueryOptions({
  queryKey: queryKeys.sessions.own,
  queryFn: ({ pageParam, signal }): Promise<Page<Session>> =>
    unwrapPage(
      api.GET("/api/sessions", {
        params: { query: { my_sessions: true, limit: PAGE, cursor: pageParam ?? undefined } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }: Page<Session>) => next,
});

/** Creates a session. Retries with the same `key` create it once. */
export function createSession(session: SessionIn, key: string): Promise<Session> {
  return unwrap(api.POST("/api/sessions", { body: session, headers: { "Idempotency-Key": key } }));
}

export function changeSession(id: string, changes: SessionChanges): Promise<Session> {
  return unwrap(
    api.PATCH("/api/sessions/{session_id}", { params: { path: { session_id: id } }, body: changes }),
  );
}

export async function archiveSession(id: string): Promise<void> {
  await unwrap(api.DELETE("/api/sessions/{session_id}", { params: { path: { session_id: id } } }));
}

/** Copies the schedule of one session to another. */
export async function copySchedule(client: QueryClient, from: string, to: string): Promise<void> {
  const { is_open, horizon, ...schedule } = await client.fetchQuery(scheduleQuery(from));
  if (is_open) return;
  const savedSchedule = await saveSchedule(to, { ...schedule, is_open, horizon: horizon ?? undefined });
  client.setQueryData(scheduleQuery(to).queryKey, savedSchedule);
}

/** Updates a session in every cached list. */
export function showInLists(client: QueryClient, session: Session): void {
  client.setQueryData(sessionQuery(session.id).queryKey, session);
  updateLists(client, (items) => items.map((item) => (item.id === session.id ? session : item)));
}

/** As `showInLists`, and invalidates everything that depends on it. */
export function cacheSession(client: QueryClient, session: Session): void {
  showInLists(client, session);
  void client.invalidateQueries({ queryKey: queryKeys.sessions.all });
  void client.invalidateQueries({ queryKey: queryKeys.slots.ofSession(session.id) });
  void client.invalidateQueries({ queryKey: queryKeys.creator.all });
}

/** Removes an archived session from every cached list. */
export function uncacheSession(client: QueryClient, id: string): void {
  updateLists(client, (items) => items.filter((item) => item.id !== id));
  client.removeQueries({ queryKey: sessionQuery(id).queryKey });
  void client.invalidateQueries({ queryKey: queryKeys.sessions.all });
  void client.invalidateQueries({ queryKey: queryKeys.creator.all });
}

function updateLists(client: QueryClient, change: (items: Session[]) => Session[]): void {
  client.setQueryData(
    ownSessionsQuery.queryKey,
    (known) =>
      known && { ...known, pages: known.pages.map((page) => ({ ...page, items: change(page.items) })) },
  );
}
