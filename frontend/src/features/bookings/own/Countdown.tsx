import { useFormatDuration } from "~/lib/time/duration";
import { formatDistance } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { minutesUntil } from "../rules";
import { useTexts } from "../texts";
import type { Booking } from "../types";

const DAY_MINUTES = 24 * 60;

/** Time until a booking starts. Not announced to screen readers on every minute. */
export function Countdown({ booking, className }: { booking: Booking; className?: string }) {
  const t = useTexts();
  const now = useNow();
  const duration = useFormatDuration();
  const minutes = minutesUntil(booking, now);
  if (minutes === null) return null;
  return (
    <span role="timer" aria-live="off" className={className}>
      {minutes === 0
        ? t("own.under_way")
        : minutes < DAY_MINUTES
          ? t("own.in", { duration: duration(minutes) })
          : formatDistance(booking.booking_date, now)}
    </span>
  );
}
