import { CalendarClock, CalendarX2, Check, History, MessageSquare } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "~/components/Avatar";
import { Button } from "~/components/Button";
import { Menu, MenuItem } from "~/components/Menu";
import { displayName } from "~/lib/auth/me";
import { useFormatMoney } from "~/lib/money/money";
import { formatDateTime, formatDistance, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { UnreadBadge } from "../conversation/UnreadBadge";
import { awaitsPayment, isAllowed } from "../rules";
import { StatusBadge } from "../StatusBadge";
import type { Booking } from "../types";
import type { Intent } from "./IntentDialog";
import { useTexts } from "./texts";
import { useAnswer } from "./useAnswer";

type Props = { booking: Booking; onIntent: (intent: Intent) => void; onAnswered: () => void };

/** A booking of one learner, with contact details and actions. */
export function AttendeeRow({ booking, onIntent, onAnswered }: Props) {
  const { t: common } = useTranslation();
  const money = useFormatMoney();
  const { user_details: person } = booking;
  return (
    <li className="grid grid-cols-[auto_1fr_auto] items-center gap-x-3 gap-y-2 px-4 py-3 sm:px-5 md:grid-cols-[auto_minmax(0,1fr)_auto_auto]">
      <Avatar person={person} />
      <div className="min-w-0">
        <p dir="auto" className="truncate font-medium">
          {displayName(person)}
        </p>
        {person.email && (
          <a
            href={`mailto:${person.email}`}
            className="block truncate text-sm text-ink-soft underline-offset-4 hover:text-ink hover:underline"
          >
            {person.email}
          </a>
        )}
        <UnreadBadge bookingIds={[booking.id]} />
      </div>
      <div className="md:col-start-4 md:row-start-1">
        <RowMenu booking={booking} onIntent={onIntent} />
      </div>
      <div className="col-span-3 flex flex-wrap items-center gap-x-4 gap-y-1 md:col-span-1 md:col-start-3 md:row-start-1 md:justify-end">
        <span className="tabular text-sm text-ink-soft">
          <span>{common("seats", { count: booking.seats })}</span> ·{" "}
          <span>{Number(booking.amount) === 0 ? common("price.free") : money(booking.amount)}</span>
        </span>
        <StatusBadge status={booking.status} isUnpaid={awaitsPayment(booking)} />
      </div>
      <PendingActions booking={booking} onIntent={onIntent} onAnswered={onAnswered} />
    </li>
  );
}

/** Actions for a booking that the creator can confirm, decline or complete. */
function PendingActions({ booking, onIntent, onAnswered }: Props) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const { isPending: isBusy, mutate } = useAnswer(onAnswered);
  const name = displayName(booking.user_details);
  if (isAllowed(booking, "confirm")) {
    const by = booking.respond_by ?? booking.booking_date;
    const isLate = new Date(by) <= now;
    return (
      <div className="col-span-full flex flex-wrap items-center gap-x-3 gap-y-2 rounded-control bg-warn-soft px-3 py-2">
        <p className="tabular mr-auto text-sm font-medium text-warn">
          {booking.requested_start && (
            <span className="block">
              {t("row.requested", { when: formatDateTime(booking.requested_start, zone) })}
            </span>
          )}
          <span>
            {isLate
              ? t("row.answer_now")
              : t("row.answer", { distance: formatDistance(by, now), when: formatDateTime(by, zone) })}
          </span>
        </p>
        <Button
          variant="secondary"
          aria-label={t("row.decline_named", { name })}
          onClick={() => onIntent({ kind: "decline", booking })}
        >
          {t("row.decline")}
        </Button>
        <Button
          isBusy={isBusy}
          aria-label={t("row.confirm_named", { name })}
          onClick={() => mutate({ booking, action: "confirm" })}
        >
          {t("row.confirm")}
        </Button>
      </div>
    );
  }
  if (isAllowed(booking, "complete")) {
    return (
      <div className="col-span-full flex justify-end">
        <Button
          variant="secondary"
          size="sm"
          isBusy={isBusy}
          aria-label={t("row.complete_named", { name })}
          onClick={() => mutate({ booking, action: "complete" })}
        >
          <Check aria-hidden className="size-4" />
          {t("row.complete")}
        </Button>
      </div>
    );
  }
  return null;
}

function RowMenu({ booking, onIntent }: Pick<Props, "booking" | "onIntent">) {
  const t = useTexts();
  const name = displayName(booking.user_details);
  return (
    <Menu label={t("row.menu", { name })}>
      <MenuItem icon={History} onSelect={() => onIntent({ kind: "history", booking })}>
        {t("row.history")}
      </MenuItem>
      <MenuItem icon={MessageSquare} onSelect={() => onIntent({ kind: "write", booking })}>
        {t("row.write")}
      </MenuItem>
      {isAllowed(booking, "reschedule") && (
        <MenuItem icon={CalendarClock} onSelect={() => onIntent({ kind: "move", booking })}>
          {t("row.move")}
        </MenuItem>
      )}
      {isAllowed(booking, "cancel") && (
        <MenuItem icon={CalendarX2} isDanger onSelect={() => onIntent({ kind: "cancel", booking })}>
          {t("row.cancel")}
        </MenuItem>
      )}
    </Menu>
  );
}
