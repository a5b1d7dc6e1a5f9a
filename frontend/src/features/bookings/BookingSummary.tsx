import { useTranslation } from "react-i18next";
import { formatTimeRange, useZone, zoneNameAt } from "~/lib/time/time";
import type { Booking } from "./types";

/** Identifies the booking of a dialog. */
export function BookingSummary({ booking }: { booking: Booking }) {
  const { t: common } = useTranslation();
  const zone = useZone();
  return (
    <>
      <span dir="auto" className="block font-semibold text-ink">
        {booking.terms.title}
      </span>
      <span className="tabular block">
        <span>{formatTimeRange(booking.booking_date, booking.ends_at, zone)}</span> ·{" "}
        <span>{common("seats", { count: booking.seats })}</span>
      </span>
      <span className="block text-xs text-ink-faint">
        {zoneNameAt(zone, booking.booking_date, booking.ends_at)}
      </span>
    </>
  );
}
