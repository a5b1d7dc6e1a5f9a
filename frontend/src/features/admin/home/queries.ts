import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";
import { unwrapRows } from "../rows";

export type Dashboard = Schema<"DashboardOut">;
export type FailingJob = Schema<"FailingJobOut">;
export const SPANS = [7, 30, 90];

/** The marketplace's numbers by day, and what needs attention. */
export function dashboardQuery(days: number) {
  return queryOptions({
    queryKey: adminKeys.dashboard(days),
    queryFn: ({ signal }): Promise<Dashboard> =>
      unwrap(api.GET("/api/admin/dashboard", { params: { query: { days } }, signal })),
    placeholderData: (before) => before,
  });
}

/** Jobs that keep failing; those that failed most often come first. */
export const failingJobsQuery = queryOptions({
  queryKey: adminKeys.jobs,
  queryFn: ({ signal }) =>
    unwrapRows<FailingJob>(api.GET("/api/admin/jobs", { params: { query: { limit: 20 } }, signal })),
});

export async function retryJob(id: number): Promise<void> {
  await api.POST("/api/admin/jobs/{job_id}/retry", { params: { path: { job_id: id } } });
}
