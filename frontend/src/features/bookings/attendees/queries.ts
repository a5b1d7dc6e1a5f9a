import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { listCreatorBookingsLimits } from "~/lib/api/queryLimits";
import type { Booking } from "../types";
import { type Filters, toApiFilters } from "./filters";
import type { SlotGroup } from "./groups";
import type { AttendeesSearch } from "./search";

type PageParam = { cursor: string; filters: Filters } | null;

const PAGE = 50;
const MAX_PAGE = listCreatorBookingsLimits.limit.maximum;
const MAX_EXPORT = 10_000;

/** A creator's bookings, paged. Cursors are bound to their filters, so all pages use the "now" of the first. */
export function attendeesQuery(search: AttendeesSearch, zone: string) {
  return infiniteQueryOptions({
    queryKey: queryKeys.bookings.attendees(search, zone),
    queryFn: async ({ pageParam, signal }) => {
      const filters = pageParam?.filters ?? toApiFilters(search, zone, new Date());
      const query = { ...filters, limit: PAGE, cursor: pageParam?.cursor };
      const { items, next } = await unwrapPage(
        api.GET("/api/bookings/creator_bookings", { params: { query }, signal }),
      );
      return { items, next: next === null ? null : { cursor: next, filters } };
    },
    initialPageParam: null as PageParam,
    getNextPageParam: ({ next }): PageParam => next,
  });
}

/** Fetches all pages, up to 10,000 bookings, and returns whether that was everything. */
export async function fetchAll(filters: Filters): Promise<{ bookings: Booking[]; isComplete: boolean }> {
  const bookings: Booking[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...filters, limit: MAX_PAGE, cursor };
    const { items, next } = await unwrapPage(
      api.GET("/api/bookings/creator_bookings", { params: { query } }),
    );
    bookings.push(...items);
    cursor = next ?? undefined;
  } while (cursor && bookings.length < MAX_EXPORT);
  return { bookings, isComplete: cursor === undefined };
}

/** All bookings that hold a seat in a slot, regardless of the list's filters. */
export function holdersQuery({ session, starts_at }: Pick<SlotGroup, "session" | "starts_at">) {
  const nextInstant = new Date(Date.parse(starts_at) + 1).toISOString();
  return queryOptions({
    queryKey: queryKeys.bookings.ofSlot(session.id, starts_at),
    queryFn: async () => {
      const { bookings } = await fetchAll({
        status: ["pending", "confirmed"],
        session: session.id,
        starts_from: starts_at,
        starts_to: nextInstant,
        ordering: "booking_date",
      });
      return bookings;
    },
    staleTime: 0,
    gcTime: 0,
  });
}

/** Titles of the creator's sessions, for the filter. */
export const titlesQuery = queryOptions({
  queryKey: queryKeys.sessions.ownTitles,
  queryFn: async ({ signal }) => {
    const query = { my_sessions: true, limit: MAX_PAGE };
    const { items } = await unwrapPage(api.GET("/api/sessions", { params: { query }, signal }));
    return items.map(({ id, title }) => ({ id, title }));
  },
});

type Answer = "confirm" | "decline" | "complete";
type History = Schema<"BookingHistoryOut">;

/** Sends a creator's decision on the booking as shown. `reason` is shown to the learner. */
export function answer(
  { id, requested_start }: Pick<Booking, "id" | "requested_start">,
  step: Answer,
  key: string,
  reason = "",
): Promise<History> {
  const params = { path: { booking_id: id }, header: { "Idempotency-Key": key } };
  if (step === "complete") return unwrap(api.POST("/api/bookings/{booking_id}/complete", { params }));
  return unwrap(
    api.POST(`/api/bookings/{booking_id}/${step}`, { params, body: { reason, requested_start } }),
  );
}

/** Cancels all bookings of a slot, or none. */
export function cancelSlot(group: SlotGroup, reason: string, key: string): Promise<Booking[]> {
  return unwrap(
    api.POST("/api/sessions/{session_id}/slots/cancel", {
      params: { path: { session_id: group.session.id }, header: { "Idempotency-Key": key } },
      body: { starts_at: group.starts_at, reason },
    }),
  );
}
