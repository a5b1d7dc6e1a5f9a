import type { Schema } from "~/api/client";
import type { Query } from "../list/listing";
import { rowsAt } from "../rows";
import type { Party } from "../sessions/rows";

export type BookingRow = {
  id: string;
  session: { id: string; title: string };
  creator: Party;
  user: Party;
  booking_date: string;
  seats: number;
  amount: string;
  status: Schema<"BookingOut">["status"];
  created_at: string;
};

/** A page of the list of bookings. */
export const bookingRows = (query: Query, signal: AbortSignal) =>
  rowsAt<BookingRow>("/api/admin/bookings", query, signal);
