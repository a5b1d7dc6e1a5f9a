import { queryOptions } from "@tanstack/react-query";
import type { StartRequest } from "~/features/slots/bookable";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";

export type BookingRecord = Schema<"BookingRecordOut">;
export type BookingAction = "cancel" | "confirm" | "decline" | "complete";

/** The texts of an action: an answer to a requested move is worded as one. */
export function wordingOf(
  action: BookingAction,
  { requested_start }: Pick<BookingRecord, "requested_start">,
) {
  const isMove = requested_start !== null && (action === "confirm" || action === "decline");
  return isMove ? (`${action}_move` as const) : action;
}

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

/** Takes a step on the booking as shown. */
export function applyAction(
  { id, requested_start }: Pick<BookingRecord, "id" | "requested_start">,
  step: BookingAction,
  reason: string,
  key: string,
) {
  const params = requestParams(id, key);
  return step === "confirm" || step === "decline"
    ? unwrap(
        api.POST(`/api/admin/bookings/{booking_id}/${step}`, { params, body: { reason, requested_start } }),
      )
    : unwrap(api.POST(`/api/admin/bookings/{booking_id}/${step}`, { params, body: { reason } }));
}

export function reschedule(id: string, start: StartRequest, key: string, reason: string) {
  return unwrap(
    api.POST("/api/admin/bookings/{booking_id}/reschedule", {
      params: requestParams(id, key),
      body: { ...start, reason },
    }),
  );
}
