import { queryKeys } from "~/lib/api/queryKeys";

/** Here, because the keys of `lib` are loaded by every page. */
export const paymentKeys = {
  quote: (id: string) => [...queryKeys.bookings.all, "quote", id],
  receipts: (id: string) => [...queryKeys.bookings.all, "receipts", id],
};
