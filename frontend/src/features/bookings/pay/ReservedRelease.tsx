import { useQuery } from "@tanstack/react-query";
import { Notice } from "~/components/Notice";
import { bookingQuery } from "../queries";
import type { Booking } from "../types";
import { useTexts } from "./texts";
import { useFormatCharge } from "./useFormatCharge";

/** Says that withdrawing a request releases the amount that the bank has reserved; nothing if none is. */
export function ReservedRelease({ booking: { id } }: { booking: Booking }) {
  const t = useTexts();
  const charge = useFormatCharge();
  const payment = useQuery(bookingQuery(id)).data?.payment;
  if (payment?.status !== "authorized") return null;
  return <Notice tone="good">{t("quote.reserved", { amount: charge(payment.amount) })}</Notice>;
}
