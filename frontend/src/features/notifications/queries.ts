import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";

export type Notification = Schema<"NotificationOut">;

const PAGE = 15;
const COUNT_INTERVAL_MS = 60_000;
const KEYS = { unread: ["notifications", "unread"], feed: ["notifications", "feed"] };

/** The number of unread notifications, at most 100; looked at again each minute and when the window is focused. */
export const unreadCountQuery = queryOptions({
  queryKey: KEYS.unread,
  queryFn: async ({ signal }) => {
    const { response } = await api.GET("/api/notifications", { params: { query: { limit: 1 } }, signal });
    return Number(response.headers.get("x-unread-count") ?? 0);
  },
  refetchInterval: COUNT_INTERVAL_MS,
});

/** What happened to the user's bookings, newest first. */
export const feedQuery = infiniteQueryOptions({
  queryKey: KEYS.feed,
  queryFn: ({ pageParam, signal }) =>
    unwrapPage(
      api.GET("/api/notifications", {
        params: { query: { limit: PAGE, cursor: pageParam ?? undefined } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
  staleTime: 0,
});

/** Marks notifications as read, up to one. What the open feed shows as new stays so until it is opened again. */
export async function markNotificationsRead(last: string): Promise<void> {
  await unwrap(api.POST("/api/notifications/read", { body: { last } }));
  await queryClient.invalidateQueries({ queryKey: KEYS.unread });
}
