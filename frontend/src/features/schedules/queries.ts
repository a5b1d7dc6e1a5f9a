import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap, unwrapAll } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import type { HoursIn, HoursOut, ScheduleIn, ScheduleOut } from "./model";
import type { Slot } from "./preview";

export function scheduleQuery(sessionId: string) {
  return queryOptions({
    queryKey: queryKeys.schedule.ofSession(sessionId),
    queryFn: ({ signal }): Promise<ScheduleOut> =>
      unwrap(
        api.GET("/api/sessions/{session_id}/schedule", {
          params: { path: { session_id: sessionId } },
          signal,
        }),
      ),
  });
}

export function saveSchedule(sessionId: string, schedule: ScheduleIn): Promise<ScheduleOut> {
  return unwrap(
    api.PUT("/api/sessions/{session_id}/schedule", {
      params: { path: { session_id: sessionId } },
      body: schedule,
    }),
  );
}

export const hoursQuery = queryOptions({
  queryKey: queryKeys.schedule.hours,
  queryFn: ({ signal }): Promise<HoursOut> => unwrap(api.GET("/api/creator/hours", { signal })),
});

export function saveHours(hours: HoursIn): Promise<HoursOut> {
  return unwrap(api.PUT("/api/creator/hours", { body: hours }));
}

/** The starts that a schedule would give, saved or not. `null` for an invalid one, which keeps the last result. */
export function previewQuery(
  sessionId: string,
  schedule: ScheduleIn | null,
  window: { from: string; to: string },
) {
  return queryOptions({
    queryKey: queryKeys.schedule.preview(sessionId, schedule, window),
    queryFn: ({ signal }): Promise<Slot[]> =>
      unwrapAll(
        (from = window.from) =>
          api.POST("/api/sessions/{session_id}/schedule/preview", {
            params: { path: { session_id: sessionId } },
            body: { ...schedule, starts_from: from, starts_to: window.to },
            signal,
          }),
        "starts_from",
      ),
    enabled: schedule !== null,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}
