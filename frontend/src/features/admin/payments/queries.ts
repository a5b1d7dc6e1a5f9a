import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Page, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { adminKeys } from "../queryKeys";

export type PaymentRecord = Schema<"PaymentRecordOut">;
export type PaymentTimeline = Schema<"PaymentTimelineOut">;
export type Operation = Schema<"OperationOut">;
export type Parked = Schema<"ParkedPaymentOut">;
export type Commission = Schema<"CommissionOut">;

const PAGE = 20;
const page = {
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }: Page<unknown>) => next,
};

/** Payments, newest first: all, or those with this ID of a payment, booking or provider, or receipt number. */
export function paymentsQuery(search: string) {
  return infiniteQueryOptions({
    ...page,
    queryKey: adminKeys.list("payments", search),
    queryFn: ({ pageParam, signal }): Promise<Page<PaymentRecord>> =>
      unwrapPage(
        api.GET("/api/admin/payments", {
          params: { query: { search: search || undefined, limit: PAGE, cursor: pageParam ?? undefined } },
          signal,
        }),
      ),
  });
}

export function paymentQuery(id: string) {
  return queryOptions({
    queryKey: adminKeys.one("payments", id),
    queryFn: ({ signal }): Promise<PaymentTimeline> =>
      unwrap(api.GET("/api/admin/payments/{payment_id}", { params: { path: { payment_id: id } }, signal })),
  });
}

/** What waits for staff, newest first. */
export const parkedQuery = infiniteQueryOptions({
  ...page,
  queryKey: adminKeys.noun("parked-payments"),
  queryFn: ({ pageParam, signal }): Promise<Page<Parked>> =>
    unwrapPage(
      api.GET("/api/admin/parked-payments", {
        params: { query: { limit: PAGE, cursor: pageParam ?? undefined } },
        signal,
      }),
    ),
});

export function commissionQuery(userId: string) {
  return queryOptions({
    queryKey: adminKeys.one("commission", userId),
    queryFn: ({ signal }): Promise<Commission> =>
      unwrap(
        api.GET("/api/admin/users/{user_id}/commission", { params: { path: { user_id: userId } }, signal }),
      ),
  });
}

export function refund(id: string, amount: string, reason: string, key: string): Promise<PaymentTimeline> {
  return unwrap(
    api.POST("/api/admin/payments/{payment_id}/refund", {
      params: { path: { payment_id: id }, header: { "Idempotency-Key": key } },
      body: { amount, reason },
    }),
  );
}

export function resolveParked(id: string, resolution: string, key: string): Promise<Parked> {
  return unwrap(
    api.POST("/api/admin/parked-payments/{parked_id}/resolve", {
      params: { path: { parked_id: id }, header: { "Idempotency-Key": key } },
      body: { resolution },
    }),
  );
}

export function changeCommission(userId: string, percent: string, reason: string): Promise<Commission> {
  return unwrap(
    api.PUT("/api/admin/users/{user_id}/commission", {
      params: { path: { user_id: userId } },
      body: { percent, reason },
    }),
  );
}
