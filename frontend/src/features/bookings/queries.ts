import { queryOptions } from "@tanstack/react-query";
import type { StartRequest } from "~/features/slots/bookable";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { paymentKeys } from "./pay/queryKeys";
import type { BookingHistory } from "./types";

/** Milliseconds that a timer of a browser can wait. */
const MAX_TIMEOUT = 2 ** 31 - 2000;

/** A booking with its history. */
export function bookingQuery(id: string) {
  return queryOptions({
    queryKey: queryKeys.bookings.one(id),
    queryFn: ({ signal }): Promise<BookingHistory> =>
      unwrap(api.GET("/api/bookings/{booking_id}", { params: { path: { booking_id: id } }, signal })),
  });
}

export function cancelBooking(id: string, reason: string, key: string): Promise<BookingHistory> {
  return unwrap(
    api.POST("/api/bookings/{booking_id}/cancel", {
      params: { path: { booking_id: id }, header: { "Idempotency-Key": key } },
      body: { reason },
    }),
  );
}

export type CancellationQuote = Schema<"CancellationQuoteOut">;

/** What the learner gets back if the viewer cancels now. Fetched again when less is returned. */
export function cancellationQuoteQuery(id: string) {
  return queryOptions({
    queryKey: paymentKeys.quote(id),
    queryFn: ({ signal }): Promise<CancellationQuote> =>
      unwrap(
        api.GET("/api/bookings/{booking_id}/cancellation-quote", {
          params: { path: { booking_id: id } },
          signal,
        }),
      ),
    staleTime: 0,
    gcTime: 0,
    refetchInterval: ({ state: { data } }) => {
      const left = data?.until ? Date.parse(data.until) - Date.now() : Number.NaN;
      return left < MAX_TIMEOUT ? Math.max(1000, left + 1000) : false;
    },
  });
}

export function changeSeats(id: string, seats: number, key: string): Promise<BookingHistory> {
  return unwrap(
    api.PATCH("/api/bookings/{booking_id}", {
      params: { path: { booking_id: id }, header: { "Idempotency-Key": key } },
      body: { seats },
    }),
  );
}

/** Withdraws the learner's own request for another start; the booking keeps its time. */
export function withdrawRequest(id: string, key: string): Promise<BookingHistory> {
  return unwrap(
    api.POST("/api/bookings/{booking_id}/decline", {
      params: { path: { booking_id: id }, header: { "Idempotency-Key": key } },
    }),
  );
}

export function rescheduleBooking(id: string, start: StartRequest, key: string): Promise<BookingHistory> {
  return unwrap(
    api.POST("/api/bookings/{booking_id}/reschedule", {
      params: { path: { booking_id: id }, header: { "Idempotency-Key": key } },
      body: start,
    }),
  );
}
