import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";

export type SessionRecord = Schema<"SessionRecordOut">;
export type ModeratedSession = Schema<"ModeratedSessionOut">;
export type SessionAction = "hide" | "restore" | "feature" | "unfeature" | "archive";

/** A session in any state, with its reports and audit log entries. */
export function sessionRecordQuery(id: string) {
  return queryOptions({
    queryKey: adminKeys.one("sessions", id),
    queryFn: ({ signal }): Promise<SessionRecord> =>
      unwrap(api.GET("/api/admin/sessions/{session_id}", { params: { path: { session_id: id } }, signal })),
  });
}

/** Who waits for a session, by start and place in line. */
export function waitlistQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: adminKeys.waitlist(id),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/admin/sessions/{session_id}/waitlist", {
          params: { path: { session_id: id }, query: pageParam === null ? {} : { cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: ({ next }) => next,
  });
}

export function applyAction(
  id: string,
  step: SessionAction,
  reason: string,
  key: string,
): Promise<ModeratedSession> {
  return unwrap(
    api.POST(`/api/admin/sessions/{session_id}/${step}`, {
      params: { path: { session_id: id }, header: { "Idempotency-Key": key } },
      body: { reason },
    }),
  );
}
