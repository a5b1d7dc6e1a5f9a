import { Cover } from "~/features/sessions/Cover";
import { useFormatPrice } from "~/features/sessions/price";
import type { Session } from "~/features/sessions/queries";
import { multiplyPrice } from "~/lib/money/money";
import { formatTimeRange, useZone, zoneNameAt } from "~/lib/time/time";
import { useTexts } from "../texts";
import { endOf } from "./address";

/** What is about to be booked: title, time in the viewer's zone, seats and price. */
export default function BookingPreview({
  session,
  at,
  seats,
}: {
  session: Session;
  at: string;
  seats: number;
}) {
  const t = useTexts();
  const zone = useZone();
  const price = useFormatPrice();
  const ends_at = endOf(at, session);
  return (
    <section
      aria-label={t("book.preview")}
      className="flex items-center gap-4 rounded-card border border-line bg-surface p-3"
    >
      <div className="w-20 shrink-0 overflow-hidden rounded-control">
        <Cover session={session} isFirst />
      </div>
      <div className="tabular min-w-0 text-sm">
        <p dir="auto" className="truncate font-semibold">
          {session.title}
        </p>
        <p>{formatTimeRange(at, ends_at, zone)}</p>
        <p className="text-xs text-ink-faint">{zoneNameAt(zone, at, ends_at)}</p>
        <p>{t("book.preview_price", { count: seats, price: price(multiplyPrice(session.price, seats)) })}</p>
      </div>
    </section>
  );
}
