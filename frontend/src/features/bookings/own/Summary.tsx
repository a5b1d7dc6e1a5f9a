import { spanOf, useZone, zoneName } from "~/components/time";
import { useTexts } from "../texts";
import type { Booking } from "./queries";

/** Which booking a dialog is about. */
export function Summary({ booking }: { booking: Booking }) {
  const t = useTexts();
  const zone = useZone();
  return (
    <>
      <span className="block font-semibold text-ink">{booking.session_details.title}</span>
      <span className="tabular block">
        {spanOf(booking.booking_date, booking.ends_at, zone)} · {t("common:seats", { count: booking.seats })}
      </span>
      <span className="block text-xs text-ink-faint">{zoneName(zone)}</span>
    </>
  );
}
