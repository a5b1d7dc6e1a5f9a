import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import type { BookingTab } from "./search";

export type Booking = Schema<"BookingOut">;
export type BookingHistory = Schema<"BookingHistoryOut">;

const DAY = 86_400_000;

/** What to ask for on each tab. One that began less than a day ago, the longest that a session lasts, may go on. */
function filtersOf(tab: BookingTab, now: Date) {
  switch (tab) {
    case "upcoming":
      return {
        status: ["confirmed" as const],
        starts_from: new Date(now.getTime() - DAY).toISOString(),
        ordering: "booking_date" as const,
      };
    case "pending":
      return { status: ["pending" as const], ordering: "booking_date" as const };
    case "past":
      return {
        status: ["completed" as const, "confirmed" as const],
        starts_to: now.toISOString(),
        ordering: "-booking_date" as const,
      };
    case "cancelled":
      return { status: ["cancelled" as const], ordering: "-booking_date" as const };
  }
}

type Filters = ReturnType<typeof filtersOf>;
type Place = { cursor: string; filters: Filters } | null;

/** One's own bookings of a tab. A cursor belongs to its filters, so all pages have the "now" of the first. */
export function ownBookingsQuery(tab: BookingTab) {
  return infiniteQueryOptions({
    queryKey: ["bookings", "own", tab],
    queryFn: async ({ pageParam, signal }) => {
      const filters = pageParam?.filters ?? filtersOf(tab, new Date());
      const query = { ...filters, limit: 20, cursor: pageParam?.cursor };
      const { items, next } = await unwrapPage(api.GET("/api/bookings", { params: { query }, signal }));
      return { items, next: next === null ? null : { cursor: next, filters } };
    },
    initialPageParam: null as Place,
    getNextPageParam: ({ next }): Place => next,
  });
}

/** One booking with its history. */
export function bookingQuery(id: string) {
  return queryOptions({
    queryKey: ["bookings", "one", id],
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

export function moveBooking(id: string, startsAt: string, key: string): Promise<BookingHistory> {
  return unwrap(
    api.POST("/api/bookings/{booking_id}/reschedule", {
      params: { path: { booking_id: id }, header: { "Idempotency-Key": key } },
      body: { booking_date: startsAt },
    }),
  );
}
