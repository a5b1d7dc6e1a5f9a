import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";
import { unwrapRows } from "../rows";

export type Run = Schema<"BulkRunOut">;
export type Kind = Run["kind"];
export type Action = Run["action"];
export const PAGE = 20;
const EVERY_SECOND = 1000;

/** The selected rows, or everything that matches these query parameters. */
export type BulkRequest = { kind: Kind; action: Action } & (
  | { ids: string[] }
  | { filters: Record<string, string> }
);

export const ACTIONS = {
  users: ["activate", "deactivate", "deactivate_and_cancel", "make_creator", "make_user"],
  sessions: ["hide", "restore", "feature", "unfeature", "archive"],
  bookings: ["confirm", "decline", "complete", "cancel"],
} as const satisfies Record<Kind, Action[]>;

export const DESTRUCTIVE_ACTIONS: Action[] = [
  "deactivate",
  "deactivate_and_cancel",
  "hide",
  "archive",
  "decline",
  "cancel",
];

/** Actions that leave existing bookings of a session in place. */
export const KEEPS_BOOKINGS: Action[] = ["deactivate", "hide"];

export function isFinished({ finished_at }: Run): boolean {
  return finished_at !== null;
}

/** What the bulk action would change now. */
export function previewQuery(request: BulkRequest) {
  return queryOptions({
    queryKey: adminKeys.bulkPreview(request),
    queryFn: ({ signal }) =>
      unwrap(api.POST("/api/admin/bulk/preview", { body: request as Schema<"BulkPreviewIn">, signal })),
    staleTime: 0,
  });
}

/** Starts a bulk action; on filters, for the rows that were previewed. */
export function startBulk(
  request: BulkRequest,
  preview: string | null,
  reason: string,
  key: string,
): Promise<Run> {
  return unwrap(
    api.POST("/api/admin/bulk", {
      params: { header: { "Idempotency-Key": key } },
      body: { ...request, reason, preview } as Schema<"BulkIn">,
    }),
  );
}

/** Bulk actions of all staff members, newest first. */
export function runsQuery(page: number) {
  return queryOptions({
    queryKey: adminKeys.list("bulk", page),
    queryFn: ({ signal }) =>
      unwrapRows<Run>(api.GET("/api/admin/bulk", { params: { query: { page, limit: PAGE } }, signal })),
    refetchInterval: ({ state }) => (state.data?.rows.every(isFinished) ? false : EVERY_SECOND),
  });
}

/** A bulk action, polled every second until it has finished. */
export function runQuery(id: string) {
  return queryOptions({
    queryKey: adminKeys.one("bulk", id),
    queryFn: ({ signal }): Promise<Run> =>
      unwrap(api.GET("/api/admin/bulk/{run_id}", { params: { path: { run_id: id } }, signal })),
    refetchInterval: ({ state }) => (state.data && isFinished(state.data) ? false : EVERY_SECOND),
  });
}

/** The rows that a bulk action could not change, and why. */
export function refusalsQuery(id: string, refusedCount: number, page: number) {
  return queryOptions({
    queryKey: adminKeys.bulkReport(id, refusedCount, page),
    queryFn: ({ signal }) =>
      unwrapRows(
        api.GET("/api/admin/bulk/{run_id}/report", {
          params: { path: { run_id: id }, query: { page, limit: PAGE } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
}

export function stopBulk(id: string): Promise<Run> {
  return unwrap(api.POST("/api/admin/bulk/{run_id}/cancel", { params: { path: { run_id: id } } }));
}
