import { displayName } from "~/lib/auth/me";
import { formatDateTime, useZone } from "~/lib/time/time";
import type { Booking } from "../types";
import { useTexts } from "./texts";
import { useFormatCharge } from "./useFormatCharge";

/** Says that the amount of a request is held, not charged, and until when. */
export function RequestedPayment({ booking }: { booking: Booking }) {
  const t = useTexts();
  const zone = useZone();
  const charge = useFormatCharge();
  const { amount, payment, respond_by, seats, session_details } = booking;
  const name = displayName(session_details.creator_details);
  return (
    <>
      <p>{t("requested.text", { name, amount: charge(payment?.amount ?? amount) })}</p>
      {respond_by && (
        <p className="mt-2">
          {t("requested.until", { name, count: seats, when: formatDateTime(respond_by, zone) })}
        </p>
      )}
    </>
  );
}
