import { Link } from "@tanstack/react-router";
import { CalendarX2, MessagesSquare, PencilLine } from "lucide-react";
import { Badge } from "~/components/Badge";
import { Card } from "~/components/Card";
import { Menu, MenuItem, MenuLink } from "~/components/Menu";
import { formatDateTime, formatDistance, formatTimeRange, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { isAllowed } from "../rules";
import { AttendeeRow } from "./AttendeeRow";
import { isLive, type SlotGroup } from "./groups";
import type { Intent } from "./IntentDialog";
import type { View } from "./search";
import { useTexts } from "./texts";

/** A slot of a session, with its seats taken and its bookings. */
export function SlotCard({
  group,
  view,
  onIntent,
  onAnswered,
}: {
  group: SlotGroup;
  view: View;
  onIntent: (intent: Intent) => void;
  onAnswered: () => void;
}) {
  const t = useTexts();
  const zone = useZone();
  const { session, starts_at, bookings } = group;
  const when = formatDateTime(starts_at, zone);
  return (
    <Card>
      <section aria-label={`${session.title}, ${when}`}>
        <div className="flex items-start gap-4 p-4 sm:p-5">
          <div className="min-w-0 flex-1">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <h3 className="tabular text-base">
                <time dateTime={starts_at}>{formatTimeRange(starts_at, group.ends_at, zone)}</time>
              </h3>
              <SlotStatus group={group} />
            </div>
            <p className="mt-1 text-sm">
              <Link
                to="/creator/sessions/$id/edit"
                params={{ id: session.id }}
                className="font-medium text-ink-soft underline-offset-4 hover:text-ink hover:underline"
              >
                <bdi>{session.title}</bdi>
              </Link>
            </p>
            <Seats group={group} view={view} />
          </div>
          <SlotMenu group={group} onIntent={onIntent} />
        </div>
        <ul
          aria-label={t("slot.list", { title: session.title, when })}
          className="divide-y divide-line border-t border-line"
        >
          {bookings.map((booking) => (
            <AttendeeRow key={booking.id} booking={booking} onIntent={onIntent} onAnswered={onAnswered} />
          ))}
        </ul>
        {!group.isComplete && (
          <p className="border-t border-line px-4 py-3 text-sm text-ink-faint sm:px-5">{t("slot.more")}</p>
        )}
      </section>
    </Card>
  );
}

function SlotStatus({ group: { starts_at, ends_at, bookings } }: { group: SlotGroup }) {
  const t = useTexts();
  const now = useNow();
  if (!bookings.some(isLive) || new Date(ends_at) <= now) return null;
  if (new Date(starts_at) <= now) return <Badge tone="accent">{t("slot.under_way")}</Badge>;
  return <span className="text-sm text-ink-faint">{formatDistance(starts_at, now)}</span>;
}

function Seats({ group: { bookings, seats, session, isComplete }, view }: { group: SlotGroup; view: View }) {
  const t = useTexts();
  const capacity = session.max_participants;
  if (view === "requests") return null;
  if (view === "cancelled") {
    const returned = bookings.reduce((sum, booking) => sum + booking.seats, 0);
    return (
      <p className="tabular mt-1 text-sm text-ink-faint">{t("slot.seats_cancelled", { count: returned })}</p>
    );
  }
  const share = Math.min(1, seats / Math.max(capacity, 1));
  return (
    <div className="mt-2.5 flex items-center gap-3">
      <span aria-hidden className="block h-1.5 w-28 overflow-hidden rounded-full bg-line">
        <span
          className="block h-full rounded-full bg-accent"
          style={{ width: `${Math.round(share * 100)}%` }}
        />
      </span>
      <span className="tabular text-sm text-ink-soft">
        {t(isComplete ? "slot.seats" : "slot.seats_some", { taken: seats, capacity })}
      </span>
    </div>
  );
}

function SlotMenu({ group, onIntent }: { group: SlotGroup; onIntent: (intent: Intent) => void }) {
  const t = useTexts();
  const zone = useZone();
  const { session, starts_at, bookings } = group;
  const when = formatDateTime(starts_at, zone);
  const canCancel = bookings.some((booking) => isAllowed(booking, "cancel"));
  return (
    <Menu label={t("slot.menu", { title: session.title, when })}>
      {bookings.some(isLive) && (
        <MenuItem icon={MessagesSquare} onSelect={() => onIntent({ kind: "write_slot", group })}>
          {t("slot.write_all")}
        </MenuItem>
      )}
      <MenuLink>
        <Link to="/creator/sessions/$id/edit" params={{ id: session.id }}>
          <PencilLine aria-hidden className="size-4 shrink-0" />
          {t("slot.edit")}
        </Link>
      </MenuLink>
      {canCancel && (
        <MenuItem icon={CalendarX2} isDanger onSelect={() => onIntent({ kind: "cancel_slot", group })}>
          {t("slot.cancel")}
        </MenuItem>
      )}
    </Menu>
  );
}
