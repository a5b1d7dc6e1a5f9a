import type { Schema } from "~/lib/api/client";

/** A booking, as every list has it. */
export type Booking = Schema<"BookingOut">;

/** A booking with its steps. */
export type BookingHistory = Schema<"BookingHistoryOut">;
