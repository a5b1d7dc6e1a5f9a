import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";

const PAGE = 50;
const REFRESH = 3_000;

export type Mail = Schema<"InboxMailDetailsOut">;
export type MessageKind = Schema<"UnsubscribeOut">["kind"];

/** The mails of the demo, newest first; refreshed while the page is open. */
export const inboxQuery = infiniteQueryOptions({
  queryKey: ["inbox"],
  queryFn: ({ pageParam, signal }) =>
    unwrapPage(
      api.GET("/api/inbox", { params: { query: { limit: PAGE, cursor: pageParam ?? undefined } }, signal }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
  refetchInterval: REFRESH,
});

export function mailQuery(id: string) {
  return queryOptions({
    queryKey: ["inbox", id],
    queryFn: ({ signal }): Promise<Mail> =>
      unwrap(api.GET("/api/inbox/{mail_id}", { params: { path: { mail_id: id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What the link of a mail ends. Reading it changes nothing. */
export function unsubscribeQuery(token: string) {
  return queryOptions({
    queryKey: ["unsubscribe", token],
    queryFn: ({ signal }): Promise<{ kind: MessageKind }> =>
      unwrap(api.GET("/api/unsubscribe/{token}", { params: { path: { token } }, signal })),
    retry: false,
  });
}

export function unsubscribe(token: string): Promise<{ kind: MessageKind }> {
  return unwrap(api.POST("/api/unsubscribe/{token}", { params: { path: { token } } }));
}

export type Preferences = Schema<"PreferencesOut">;
export type Choices = Schema<"PreferencesIn">;
export type OwnMail = Schema<"OwnMessageOut">;

const SENT_PAGE = 8;

/** Which mail the user gets. The link in a mail changes it, too. */
export const preferencesQuery = queryOptions({
  queryKey: queryKeys.preferences,
  queryFn: ({ signal }): Promise<Preferences> => unwrap(api.GET("/api/auth/preferences", { signal })),
  staleTime: 0,
});

export function choose(choices: Choices): Promise<Preferences> {
  return unwrap(api.PUT("/api/auth/preferences", { body: choices }));
}

/** The mail to the user, newest first. */
export const sentMailQuery = infiniteQueryOptions({
  queryKey: queryKeys.sentMail,
  queryFn: ({ pageParam, signal }) =>
    unwrapPage(
      api.GET("/api/auth/messages", {
        params: { query: { limit: SENT_PAGE, cursor: pageParam ?? undefined } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
});
