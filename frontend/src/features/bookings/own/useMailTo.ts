import { formatWithOffset, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import type { Booking } from "../types";

/** A mailto link to the creator of a booked session. */
export function useMailTo(): (booking: Booking) => string {
  const t = useTexts();
  const zone = useZone();
  return ({ booking_date, terms: { title }, session_details: { creator_details } }) => {
    const subject = t("own.mail_subject", { title, when: formatWithOffset(booking_date, zone) });
    return `mailto:${creator_details.email}?subject=${encodeURIComponent(subject)}`;
  };
}
