import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, unwrapPage } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import type { BookingTab } from "./search";

const DAY = 86_400_000;

/**
 * The API parameters of a tab. A session that started less than a day ago (the maximum duration) may still be running.
 */
function tabFilters(tab: BookingTab, now: Date) {
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

type Filters = ReturnType<typeof tabFilters>;
type PageParam = { cursor: string; filters: Filters } | null;

/** The user's bookings in a tab. Cursors are bound to their filters, so all pages use the "now" of the first. */
export function ownBookingsQuery(tab: BookingTab) {
  return infiniteQueryOptions({
    queryKey: queryKeys.bookings.own(tab),
    queryFn: async ({ pageParam, signal }) => {
      const filters = pageParam?.filters ?? tabFilters(tab, new Date());
      const query = { ...filters, limit: 20, cursor: pageParam?.cursor };
      const { items, next } = await unwrapPage(api.GET("/api/bookings", { params: { query }, signal }));
      return { items, next: next === null ? null : { cursor: next, filters } };
    },
    initialPageParam: null as PageParam,
    getNextPageParam: ({ next }): PageParam => next,
  });
}
