import { useQuery } from "@tanstack/react-query";
import { Notice } from "~/components/Notice";
import { displayName } from "~/lib/auth/me";
import { bookingQuery, cancellationQuoteQuery } from "../queries";
import type { Booking } from "../types";
import { useTexts } from "./texts";
import { useFormatCharge } from "./useFormatCharge";

/** Tells a creator that the learner gets back everything, or is charged nothing; nothing if nothing was paid. */
export function CreatorRefund({ step, booking }: { step: "decline" | "cancel"; booking: Booking }) {
  const t = useTexts();
  const charge = useFormatCharge();
  const { data: quote } = useQuery({ ...cancellationQuoteQuery(booking.id), enabled: step === "cancel" });
  const payment = useQuery({ ...bookingQuery(booking.id), enabled: step === "decline" }).data?.payment;
  const name = displayName(booking.user_details);
  if (payment?.status === "authorized") {
    return <Notice tone="good">{t("returns.reserved", { name, amount: charge(payment.amount) })}</Notice>;
  }
  if (!quote || Number(quote.refund) === 0) return null;
  return <Notice tone="good">{t("returns.all", { name, amount: charge(quote.refund) })}</Notice>;
}
