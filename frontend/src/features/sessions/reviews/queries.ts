import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { queryKeys } from "~/lib/api/queryKeys";
import { reviewKeys } from "./queryKeys";

export type Review = Schema<"ReviewOut">;
export type OwnReview = Schema<"OwnReviewOut">;

const PAGE = 10;
const MAX_OWN = 100;

/** The published reviews of a session, newest first. */
export function reviewsQuery(sessionId: string) {
  return infiniteQueryOptions({
    queryKey: reviewKeys.ofSession(sessionId),
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/sessions/{session_id}/reviews", {
          params: { path: { session_id: sessionId }, query: { limit: PAGE, cursor: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

/** The newest reviews that the user wrote. */
export const ownReviewsQuery = queryOptions({
  queryKey: reviewKeys.own,
  queryFn: ({ signal }): Promise<OwnReview[]> =>
    unwrap(api.GET("/api/reviews", { params: { query: { limit: MAX_OWN } }, signal })),
});

export function writeReview(sessionId: string, body: Schema<"ReviewIn">, key: string): Promise<OwnReview> {
  return unwrap(
    api.POST("/api/sessions/{session_id}/reviews", {
      params: { path: { session_id: sessionId }, header: { "Idempotency-Key": key } },
      body,
    }),
  );
}

export function answerReview(reviewId: string, text: string, key: string): Promise<Review> {
  return unwrap(
    api.POST("/api/reviews/{review_id}/answer", {
      params: { path: { review_id: reviewId }, header: { "Idempotency-Key": key } },
      body: { text },
    }),
  );
}

export function reportReview(reviewId: string, body: Schema<"ReviewReportIn">, key: string) {
  return unwrap(
    api.POST("/api/reviews/{review_id}/report", {
      params: { path: { review_id: reviewId }, header: { "Idempotency-Key": key } },
      body,
    }),
  );
}

/** Refetches reviews, and the ratings of sessions. */
export async function refetchReviews(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: reviewKeys.all }),
    queryClient.invalidateQueries({ queryKey: queryKeys.sessions.all }),
  ]);
}
