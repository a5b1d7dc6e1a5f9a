import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Booking } from "../types";

export type BookingRequest = Schema<"BookingIn">;

export function bookingQuery(id: string) {
  return queryOptions({
    queryKey: queryKeys.bookings.created(id),
    queryFn: ({ signal }): Promise<Booking> =>
      unwrap(api.GET("/api/bookings/{booking_id}", { params: { path: { booking_id: id } }, signal })),
  });
}

/** The user's upcoming bookings of a session, soonest first. */
export function existingBookingsQuery(sessionId: string) {
  return queryOptions({
    queryKey: queryKeys.bookings.existing(sessionId),
    queryFn: ({ signal }): Promise<Booking[]> =>
      unwrap(
        api.GET("/api/bookings", {
          params: {
            query: {
              session: sessionId,
              status: ["confirmed", "pending"],
              starts_from: new Date().toISOString(),
              ordering: "booking_date",
              limit: 5,
            },
          },
          signal,
        }),
      ),
  });
}

const DAY = 86_400_000;

/** The user's live bookings that may overlap a time: none lasts longer than a day. */
export function bookingsAroundQuery({ starts_at, ends_at }: { starts_at: string; ends_at: string }) {
  return queryOptions({
    queryKey: queryKeys.bookings.overlapping(starts_at),
    queryFn: ({ signal }): Promise<Booking[]> =>
      unwrap(
        api.GET("/api/bookings", {
          params: {
            query: {
              status: ["confirmed", "pending"],
              starts_from: new Date(Date.parse(starts_at) - DAY).toISOString(),
              starts_to: ends_at,
              ordering: "booking_date",
              limit: 20,
            },
          },
          signal,
        }),
      ),
  });
}

/** Books the seats. Raises `Problem`. Retries with the same key book only once. */
export async function createBooking(request: BookingRequest, key: string): Promise<Booking> {
  const booking = await unwrap(
    api.POST("/api/bookings", { body: request, params: { header: { "Idempotency-Key": key } } }),
  );
  queryClient.setQueryData(bookingQuery(booking.id).queryKey, booking);
  return booking;
}

/** Refetches everything that a booking changes: slots, cards, lists, the creator's numbers. */
export function invalidateAvailability(sessionId: string): Promise<unknown> {
  return Promise.all([
    queryClient.invalidateQueries({ queryKey: queryKeys.slots.ofSession(sessionId) }),
    queryClient.invalidateQueries({ queryKey: queryKeys.sessions.all, refetchType: "none" }),
    queryClient.invalidateQueries({ queryKey: queryKeys.bookings.all }),
    queryClient.invalidateQueries({ queryKey: queryKeys.creator.all }),
  ]);
}
