import type { Schema } from "~/lib/api/client";

/** A booking as returned in lists. */
export type Booking = Schema<"BookingOut">;

/** A booking with its history. */
export type BookingHistory = Schema<"BookingHistoryOut">;
