import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";

export type ModeratedReview = Schema<"ModeratedReviewOut">;
export type ReviewState = Schema<"ReviewModerationState">;
export const REVIEWS_PAGE = 20;

/** A page of the reported or hidden reviews, with their total. */
export function reviewsQuery(state: ReviewState, page: number) {
  return queryOptions({
    queryKey: adminKeys.list("reviews", { state, page }),
    queryFn: async ({ signal }) => {
      const { data, response } = await api.GET("/api/admin/reviews", {
        params: { query: { state, page, limit: REVIEWS_PAGE } },
        signal,
      });
      return { reviews: data ?? [], total: Number(response.headers.get("x-total-count") ?? 0) };
    },
  });
}

export type Decision = "hide" | "restore" | "dismiss";

export function decideReview(id: string, decision: Decision, reason: string, key: string) {
  const call = {
    params: { path: { review_id: id }, header: { "Idempotency-Key": key } },
    body: { reason },
  };
  if (decision === "hide") return unwrap(api.POST("/api/admin/reviews/{review_id}/hide", call));
  if (decision === "restore") return unwrap(api.POST("/api/admin/reviews/{review_id}/restore", call));
  return unwrap(api.POST("/api/admin/reviews/{review_id}/dismiss", call));
}
