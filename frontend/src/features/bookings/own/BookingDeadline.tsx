import { displayName } from "~/lib/auth/me";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { useTexts } from "../texts";
import type { Booking } from "../types";

/** Until when something can be done about a booking, by whom; nothing where all is settled. */
export function BookingDeadline({ booking }: { booking: Booking }) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const { respond_by, cancellable_until: until, session_details } = booking;
  if (until === null) return null;
  const name = displayName(session_details.creator_details);
  const hasNotice = session_details.cancellation_notice > 0;
  const when = formatDateTime(until, zone);
  const sentence =
    respond_by !== null
      ? t("own.answer_by", { name, when: formatDateTime(respond_by, zone) })
      : now < new Date(until)
        ? t(hasNotice ? "own.until" : "own.until_start", { when })
        : t(hasNotice ? "own.too_late" : "own.too_late_start", { when });
  return <p className="tabular max-w-md min-w-0 text-xs text-ink-faint">{sentence}</p>;
}
