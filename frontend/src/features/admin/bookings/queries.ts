import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";

export type BookingRecord = Schema<"BookingRecordOut">;
export type BookingAction = "cancel" | "confirm" | "decline" | "complete";

/** Any user's booking, with its history and audit log entries. */
export function bookingRecordQuery(id: string) {
  return queryOptions({
    queryKey: adminKeys.one("bookings", id),
    queryFn: ({ signal }): Promise<BookingRecord> =>
      unwrap(api.GET("/api/admin/bookings/{booking_id}", { params: { path: { booking_id: id } }, signal })),
  });
}

const requestParams = (id: string, key: string) => ({
  path: { booking_id: id },
  header: { "Idempotency-Key": key },
});

export function applyAction(id: string, step: BookingAction, reason: string, key: string) {
  return unwrap(
    api.POST(`/api/admin/bookings/{booking_id}/${step}`, {
      params: requestParams(id, key),
      body: { reason },
    }),
  );
}

export function reschedule(id: string, startsAt: string, key: string, reason: string) {
  return unwrap(
    api.POST("/api/admin/bookings/{booking_id}/reschedule", {
      params: requestParams(id, key),
      body: { booking_date: startsAt, reason },
    }),
  );
}
