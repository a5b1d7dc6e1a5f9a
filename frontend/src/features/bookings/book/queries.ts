import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Booking } from "../types";

export type BookingRequest = Required<Schema<"BookingIn">>;

/** A booking that was just made. */
export function bookingQuery(id: string) {
  return queryOptions({
    queryKey: queryKeys.bookings.created(id),
    queryFn: ({ signal }): Promise<Booking> =>
      unwrap(api.GET("/api/bookings/{booking_id}", { params: { path: { booking_id: id } }, signal })),
  });
}

/** What this person holds of a session and is still to come, the soonest first. */
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

/** Takes the seats, or raises `Problem`. With the same key a repeat takes them only once. */
export async function createBooking(request: BookingRequest, key: string): Promise<Booking> {
  const booking = await unwrap(
    api.POST("/api/bookings", { body: request, params: { header: { "Idempotency-Key": key } } }),
  );
  queryClient.setQueryData(bookingQuery(booking.id).queryKey, booking);
  return booking;
}

/** Asks again for all that seats taken have changed: times, cards, lists, a creator's numbers. */
export function invalidateAvailability(sessionId: string): Promise<unknown> {
  return Promise.all([
    queryClient.invalidateQueries({ queryKey: queryKeys.slots.ofSession(sessionId) }),
    queryClient.invalidateQueries({ queryKey: queryKeys.sessions.all, refetchType: "none" }),
    queryClient.invalidateQueries({ queryKey: queryKeys.bookings.all }),
    queryClient.invalidateQueries({ queryKey: queryKeys.creator.all }),
  ]);
}
