import { api, type Schema } from "~/lib/api/client";
import type { Query } from "../list/listing";
import { unwrapRows } from "../rows";

export type BookingRow = Schema<"BookingRowOut">;

/** A page of the list of bookings. The names and values of a query were checked when it was made of the address. */
export function bookingRows(query: Query, signal: AbortSignal) {
  return unwrapRows<BookingRow>(
    api.GET("/api/admin/bookings", { params: { query: query as object }, signal }),
  );
}
