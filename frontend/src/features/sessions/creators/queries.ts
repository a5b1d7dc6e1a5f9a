import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Session } from "../queries";

export type Creator = Schema<"CreatorOut">;

const PAGE = 24;

export function creatorQuery(username: string) {
  return queryOptions({
    queryKey: queryKeys.creators.one(username),
    queryFn: ({ signal }): Promise<Creator> =>
      unwrap(api.GET("/api/creators/{username}", { params: { path: { username } }, signal })),
  });
}

/** The listed sessions of a creator, those with the next free times first. */
export function creatorSessionsQuery(creator: string) {
  return infiniteQueryOptions({
    queryKey: queryKeys.sessions.ofCreator(creator),
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/sessions", {
          params: { query: { creator, ordering: "next_slot", limit: PAGE, cursor: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

export type NextTime = { session: Session; slot: NonNullable<Session["next_slot"]> };

/** The next free times of these sessions, one of each, soonest first. */
export function nextTimes(sessions: Session[], most: number): NextTime[] {
  return sessions
    .flatMap((session) => (session.next_slot ? [{ session, slot: session.next_slot }] : []))
    .sort((one, other) => Date.parse(one.slot.starts_at) - Date.parse(other.slot.starts_at))
    .slice(0, most);
}
