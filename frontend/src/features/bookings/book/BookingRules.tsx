import { ShieldCheck, UserCheck } from "lucide-react";
import { displayName } from "~/lib/auth/me";
import { useFormatNotice } from "~/lib/time/duration";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import { cancellationRule } from "./cancellation";
import type { BookingState } from "./useBooking";

/** The terms of the booking, shown before booking: the cancellation deadline, and whether the creator must confirm. */
export function BookingRules({ booking: { session, time, seats } }: { booking: BookingState }) {
  const t = useTexts();
  const noticePeriod = useFormatNotice();
  const zone = useZone();
  const rule = cancellationRule(session.cancellation_notice, time?.starts_at, new Date());
  const cancellationText =
    rule.kind === "until_start"
      ? t("book.cancel_until_start")
      : rule.kind === "until_moment"
        ? t("book.cancel_until_moment", {
            when: formatDateTime(rule.deadline, zone),
            notice: noticePeriod(rule.hours),
          })
        : rule.kind === "too_late"
          ? t("book.cancel_too_late", { notice: noticePeriod(rule.hours) })
          : t("book.cancel_until", { notice: noticePeriod(rule.hours) });
  return (
    <ul className="flex flex-col gap-1.5 text-xs text-ink-soft">
      {session.requires_confirmation && (
        <li className="flex gap-2">
          <UserCheck aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          <span>{t("book.confirmed_by", { name: displayName(session.creator_details), count: seats })}</span>
        </li>
      )}
      <li className="flex gap-2">
        <ShieldCheck aria-hidden className="mt-0.5 size-3.5 shrink-0" />
        <span>{cancellationText}</span>
      </li>
    </ul>
  );
}
