import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { serverNow } from "~/lib/time/serverClock";
import { bookingQuery } from "../queries";
import { paymentKeys } from "./queryKeys";
import { payState, pollDelay } from "./state";

export type Payment = Schema<"PaymentOut">;
export type Receipt = Schema<"ReceiptOut">;

/** A booking that is to be paid, fetched again until it is settled, also by another browser. */
export function payableQuery(id: string) {
  return queryOptions({
    ...bookingQuery(id),
    staleTime: 0,
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      data ? pollDelay(payState(data, serverNow()), dataUpdateCount) : false,
  });
}

/** Asks for the page where the booking is paid; looks up the payment if that page was opened before. Can be repeated. */
export function payBooking(id: string): Promise<Payment> {
  return unwrap(api.POST("/api/bookings/{booking_id}/pay", { params: { path: { booking_id: id } } }));
}

/** The receipts of a booking, oldest first. */
export function receiptsQuery(id: string) {
  return queryOptions({
    queryKey: paymentKeys.receipts(id),
    queryFn: ({ signal }): Promise<Receipt[]> =>
      unwrap(
        api.GET("/api/bookings/{booking_id}/receipts", { params: { path: { booking_id: id } }, signal }),
      ),
  });
}
