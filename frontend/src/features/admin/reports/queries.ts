import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";

export type Report = Schema<"ReportRecordOut">;
export const REPORTS_PAGE = 20;

/** A page of open reports, oldest first, with their total. */
export function reportsQuery(page: number) {
  return queryOptions({
    queryKey: adminKeys.list("reports", page),
    queryFn: async ({ signal }) => {
      const { data, response } = await api.GET("/api/admin/reports", {
        params: { query: { page, limit: REPORTS_PAGE } },
        signal,
      });
      return { reports: data ?? [], total: Number(response.headers.get("x-total-count") ?? 0) };
    },
  });
}

export function resolveReport(id: string, resolution: "hidden" | "dismissed", reason: string, key: string) {
  return unwrap(
    api.POST("/api/admin/reports/{report_id}/resolve", {
      params: { path: { report_id: id }, header: { "Idempotency-Key": key } },
      body: { resolution, reason },
    }),
  );
}
