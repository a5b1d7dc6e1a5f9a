import { useQuery } from "@tanstack/react-query";
import { Notice } from "~/components/Notice";
import { useMe } from "~/lib/auth/me";
import { formatTimeRange, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import { bookingsAroundQuery } from "./queries";
import type { BookingState } from "./useBooking";

/** Warns of another booking of the user at the selected time; booking both is allowed. */
export function OverlapWarning({ booking: { time, session } }: { booking: BookingState }) {
  const t = useTexts();
  const zone = useZone();
  const me = useMe();
  const { data } = useQuery({
    ...bookingsAroundQuery(time ?? { starts_at: "", ends_at: "" }),
    enabled: Boolean(me && time),
  });
  const other = time && data?.find((each) => overlaps(each, time) && each.session !== session.id);
  if (!other) return null;
  const when = formatTimeRange(other.booking_date, other.ends_at, zone);
  return (
    <Notice tone="warn">
      <span>{t("book.overlap", { title: other.terms.title, when })}</span>
    </Notice>
  );
}

function overlaps(
  booking: { booking_date: string; ends_at: string },
  time: { starts_at: string; ends_at: string },
): boolean {
  return (
    Date.parse(booking.booking_date) < Date.parse(time.ends_at) &&
    Date.parse(time.starts_at) < Date.parse(booking.ends_at)
  );
}
