import { displayName } from "~/lib/auth/me";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { deadlineText } from "../rules";
import { useTexts } from "../texts";
import type { Booking } from "../types";

/** The deadline for the next action on a booking, and whose it is; nothing once it is settled. */
export function BookingDeadline({ booking }: { booking: Booking }) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const { respond_by, cancellable_until: until, requested_start, session_details } = booking;
  if (until === null) return null;
  const name = displayName(session_details.creator_details);
  if (requested_start !== null) {
    const [requested, by] = [requested_start, respond_by ?? until].map((at) => formatDateTime(at, zone));
    return (
      <p className="tabular max-w-md min-w-0 text-xs text-warn">
        {t("own.requested", { name, when: requested, until: by })}
      </p>
    );
  }
  const sentence =
    respond_by !== null
      ? t("own.answer_by", { name, when: formatDateTime(respond_by, zone) })
      : t(deadlineText(booking, until, now), { when: formatDateTime(until, zone) });
  return <p className="tabular max-w-md min-w-0 text-xs text-ink-faint">{sentence}</p>;
}
