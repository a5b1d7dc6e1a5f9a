import { Link } from "@tanstack/react-router";
import { displayName } from "~/lib/auth/me";
import { isAllowed } from "../rules";
import type { Booking } from "../types";
import { useTexts } from "./texts";
import { useFormatCharge } from "./useFormatCharge";

const LINK = "text-accent underline-offset-4 hover:underline";

/** How far a booking is paid, what was returned, and the way to pay or to the receipt. */
export function PaymentFact({ booking }: { booking: Booking }) {
  const t = useTexts();
  const charge = useFormatCharge();
  const { id, payment, session_details } = booking;
  if (!payment) return null;
  const { status, amount, refunded } = payment;
  const params = { id };
  if (status === "authorized") {
    return t("reserved", { amount: charge(amount), name: displayName(session_details.creator_details) });
  }
  if (status === "voided") return t("uncharged");
  if (status !== "paid") {
    return (
      <>
        <span>{t(booking.status === "cancelled" ? "uncharged" : "unpaid")}</span>{" "}
        {isAllowed(booking, "pay") && (
          <Link to="/bookings/$id/pay" params={params} className={LINK}>
            {t("holds.do")}
          </Link>
        )}
      </>
    );
  }
  return (
    <>
      <span className="block">{t("paid", { amount: charge(amount) })}</span>
      {Number(refunded) > 0 && <span className="block">{t("returned", { amount: charge(refunded) })}</span>}
      <Link to="/bookings/$id/receipt" params={params} className={LINK}>
        {t("receipt.link")}
      </Link>
    </>
  );
}
