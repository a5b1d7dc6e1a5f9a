import { Link } from "@tanstack/react-router";
import { CalendarClock } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { dateKey, formatDistance, formatLongDay, formatTime, useZone, zoneNameAt } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import type { Summary } from "../queries";
import { useTexts } from "../texts";

/** The creator's next booked slot, with its number of seats. */
export function NextSession({ next }: { next: Summary["next_slot"] }) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const day = next ? dateKey(next.starts_at, zone) : undefined;
  return (
    <Card className="flex min-w-0 flex-col p-4 sm:p-5">
      <h3 className="text-base">{t("next.title")}</h3>
      {next ? (
        <>
          <p dir="auto" className="mt-3 text-lg leading-snug font-semibold text-balance">
            {next.title}
          </p>
          <p className="tabular mt-2 text-sm text-ink-soft">
            <span>{formatLongDay(next.starts_at, zone)}</span>
            <br />
            <span>{formatTime(next.starts_at, zone)}</span> – <span>{formatTime(next.ends_at, zone)}</span> ·{" "}
            <span>{formatDistance(next.starts_at, now)}</span>
          </p>
          <p className="mt-1 text-xs text-ink-faint">{zoneNameAt(zone, next.starts_at, next.ends_at)}</p>
          <p className="tabular mt-3 mb-4 text-sm font-medium">
            {t("next.seats", { taken: next.seats_taken, capacity: next.capacity })}
          </p>
          <Link
            to="/creator/bookings"
            search={{ session: next.session, from: day, to: day }}
            className={buttonClass({ variant: "secondary", size: "sm" }, "mt-auto self-start")}
          >
            {t("next.attendees")}
          </Link>
        </>
      ) : (
        <div className="flex flex-1 flex-col items-center justify-center gap-3 py-6 text-center">
          <CalendarClock aria-hidden className="size-6 text-ink-faint" />
          <p className="text-sm text-ink-soft">{t("next.none")}</p>
        </div>
      )}
    </Card>
  );
}
