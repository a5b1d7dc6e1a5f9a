import { formatInOtherZone, formatTimeRange, showsSameTime, useZone, zoneCity } from "~/lib/time/time";
import { useTexts } from "../texts";
import type { Booking } from "../types";

/** When a booking is: in the viewer's zone, and in the creator's where their clock shows something else. */
export function BookingTime({ booking, className }: { booking: Booking; className?: string }) {
  const t = useTexts();
  const zone = useZone();
  const { booking_date, ends_at, session_details } = booking;
  const other = session_details.time_zone;
  return (
    <p className={className}>
      <time dateTime={booking_date} className="tabular font-semibold">
        {formatTimeRange(booking_date, ends_at, zone)}
      </time>
      {!showsSameTime(booking_date, zone, other) && (
        <span className="tabular block text-xs text-ink-faint">
          {t("own.there", { when: formatInOtherZone(booking_date, zone, other), place: zoneCity(other) })}
        </span>
      )}
    </p>
  );
}
