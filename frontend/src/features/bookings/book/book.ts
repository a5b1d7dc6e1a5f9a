import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";

export type Booking = Schema<"BookingOut">;

export type Wish = Required<Schema<"BookingIn">>;

/** A booking that was just made. */
export function bookingQuery(id: string) {
  return queryOptions({
    queryKey: ["bookings", "made", id],
    queryFn: ({ signal }): Promise<Booking> =>
      unwrap(api.GET("/api/bookings/{booking_id}", { params: { path: { booking_id: id } }, signal })),
  });
}

/** What this person holds of a session and is still to come, the soonest first. */
export function heldQuery(sessionId: string) {
  return queryOptions({
    queryKey: ["bookings", "held", sessionId],
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
export async function takeSeats(wish: Wish, key: string): Promise<Booking> {
  const booking = await unwrap(
    api.POST("/api/bookings", { body: wish, params: { header: { "Idempotency-Key": key } } }),
  );
  queryClient.setQueryData(bookingQuery(booking.id).queryKey, booking);
  return booking;
}

/** Asks again for all that seats taken have changed: times, cards, lists, a creator's numbers. */
export function refreshSeats(sessionId: string): Promise<unknown> {
  return Promise.all([
    queryClient.invalidateQueries({ queryKey: ["slots", sessionId] }),
    queryClient.invalidateQueries({ queryKey: ["sessions"], refetchType: "none" }),
    queryClient.invalidateQueries({ queryKey: ["bookings"] }),
    queryClient.invalidateQueries({ queryKey: ["creator"] }),
  ]);
}
