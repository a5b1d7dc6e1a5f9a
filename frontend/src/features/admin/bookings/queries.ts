import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";

export type BookingRecord = Schema<"BookingRecordOut">;
export type BookingStep = "cancel" | "confirm" | "decline" | "complete";

/** One booking, whosever it is, with its history and what the staff did about it. */
export function bookingRecordQuery(id: string) {
  return queryOptions({
    queryKey: ["admin", "bookings", "one", id],
    queryFn: ({ signal }): Promise<BookingRecord> =>
      unwrap(api.GET("/api/admin/bookings/{booking_id}", { params: { path: { booking_id: id } }, signal })),
  });
}

const at = (id: string, key: string) => ({ path: { booking_id: id }, header: { "Idempotency-Key": key } });

export function takeStep(id: string, step: BookingStep, reason: string, key: string) {
  return unwrap(
    api.POST(`/api/admin/bookings/{booking_id}/${step}`, { params: at(id, key), body: { reason } }),
  );
}

export function reschedule(id: string, startsAt: string, reason: string, key: string) {
  return unwrap(
    api.POST("/api/admin/bookings/{booking_id}/reschedule", {
      params: at(id, key),
      body: { booking_date: startsAt, reason },
    }),
  );
}
