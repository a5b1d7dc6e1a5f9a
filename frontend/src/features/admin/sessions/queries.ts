import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
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
