import { formatInOtherZone, formatTimeRange, showsSameTime, useZone, zoneCity } from "~/lib/time/time";
import { useTexts } from "../texts";
import type { Booking } from "../types";

/** The time of a booking in the viewer's zone, and in the creator's if it differs. */
export function BookingTime({ booking, className }: { booking: Booking; className?: string }) {
  const t = useTexts();
  const zone = useZone();
  const { booking_date, ends_at, session_details, utc_offset } = booking;
  return (
    <p className={className}>
      <time dateTime={booking_date} className="tabular font-semibold">
        {formatTimeRange(booking_date, ends_at, zone)}
      </time>
      {!showsSameTime(booking_date, zone, utc_offset) && (
        <span className="tabular block text-xs text-ink-faint">
          {t("own.there", {
            when: formatInOtherZone(booking_date, zone, utc_offset, session_details.time_zone),
            place: zoneCity(session_details.time_zone),
          })}
        </span>
      )}
    </p>
  );
}
