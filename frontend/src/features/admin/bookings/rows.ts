import { api, type Schema } from "~/lib/api/client";
import type { Query } from "../list/listing";
import { unwrapRows } from "../rows";

export type BookingRow = Schema<"BookingRowOut">;

/** Fetches a page of bookings. The query was validated when it was built from the URL. */
export function bookingRows(query: Query, signal: AbortSignal) {
  return unwrapRows<BookingRow>(
    api.GET("/api/admin/bookings", { params: { query: query as object }, signal }),
  );
}
