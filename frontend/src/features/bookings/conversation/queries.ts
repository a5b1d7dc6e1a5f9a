import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { messageKeys } from "./queryKeys";

export type Message = Schema<"MessageOut">;
export type Unread = Schema<"UnreadOut">;

const PAGE = 30;
const OPEN_INTERVAL_MS = 20_000;
const COUNT_INTERVAL_MS = 60_000;

/** The messages of a booking, newest page first, looked at again while they are shown. */
export function conversationQuery(bookingId: string) {
  return infiniteQueryOptions({
    queryKey: messageKeys.ofBooking(bookingId),
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/bookings/{booking_id}/messages", {
          params: { path: { booking_id: bookingId }, query: { limit: PAGE, cursor: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    staleTime: 0,
    refetchInterval: OPEN_INTERVAL_MS,
  });
}

/** The same for staff. */
export function staffConversationQuery(bookingId: string) {
  return infiniteQueryOptions({
    queryKey: messageKeys.forStaff(bookingId),
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/admin/bookings/{booking_id}/messages", {
          params: { path: { booking_id: bookingId }, query: { limit: PAGE, cursor: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

/** The number of unread messages of each booking that has some. */
export const unreadQuery = queryOptions({
  queryKey: messageKeys.unread,
  queryFn: ({ signal }): Promise<Unread[]> => unwrap(api.GET("/api/bookings/unread-messages", { signal })),
  refetchInterval: COUNT_INTERVAL_MS,
});

export function writeMessage(bookingId: string, text: string, key: string): Promise<Message> {
  return unwrap(
    api.POST("/api/bookings/{booking_id}/messages", {
      params: { path: { booking_id: bookingId }, header: { "Idempotency-Key": key } },
      body: { text },
    }),
  );
}

/** Writes to everyone who has a live booking of a start. */
export async function writeToSlot(
  sessionId: string,
  startsAt: string,
  text: string,
  key: string,
): Promise<number> {
  const { sent } = await unwrap(
    api.POST("/api/sessions/{session_id}/slots/message", {
      params: { path: { session_id: sessionId }, header: { "Idempotency-Key": key } },
      body: { starts_at: startsAt, text },
    }),
  );
  return sent;
}

/** Marks what was written to the user as read, up to a message, and drops its count. */
export async function markRead(bookingId: string, last: string): Promise<void> {
  await unwrap(
    api.POST("/api/bookings/{booking_id}/messages/read", {
      params: { path: { booking_id: bookingId } },
      body: { last },
    }),
  );
  await queryClient.invalidateQueries({ queryKey: messageKeys.unread });
}
