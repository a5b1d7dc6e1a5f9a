import { useQuery } from "@tanstack/react-query";
import { CreditCard, HandCoins, ShieldCheck, UserCheck } from "lucide-react";
import type { ReactNode } from "react";
import { paymentKind } from "~/features/sessions/refundPolicy";
import { useRefundWords } from "~/features/sessions/useRefundWords";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { displayName } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { useFormatNotice } from "~/lib/time/duration";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import { cancellationRule } from "./cancellation";
import type { BookingState } from "./useBooking";

type Props = { booking: BookingState };

/** The terms of the booking, shown before booking: confirmation, cancellation and refund, and how it is paid. */
export function BookingRules({ booking }: Props) {
  const t = useTexts();
  const { data: marketplace } = useQuery(marketplaceQuery);
  const { session, seats } = booking;
  const kind = paymentKind(session, marketplace);
  const name = displayName(session.creator_details);
  return (
    <ul className="flex flex-col gap-1.5 text-xs text-ink-soft">
      {session.requires_confirmation && (
        <Rule icon={UserCheck}>
          {kind === "online"
            ? t("book.confirmed_by_paid", { name })
            : t("book.confirmed_by", { name, count: seats })}
        </Rule>
      )}
      <Rule icon={ShieldCheck}>
        {kind === "online" ? <RefundText booking={booking} /> : <CancellationText booking={booking} />}
      </Rule>
      {kind === "online" && (
        <Rule isOptional icon={CreditCard}>
          {t("book.pay_within", { count: marketplace?.pay_within ?? 0 })}
        </Rule>
      )}
      {kind === "direct" && (
        <Rule isOptional icon={HandCoins}>
          {t("book.pay_directly")}
        </Rule>
      )}
    </ul>
  );
}

/** A rule. An optional one gives way to the times in low windows: the page states it, too. */
function Rule({
  icon: Icon,
  isOptional = false,
  children,
}: {
  icon: typeof UserCheck;
  isOptional?: boolean;
  children: ReactNode;
}) {
  return (
    <li className={cn("flex gap-2", isOptional && "low:hidden")}>
      <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span>{children}</span>
    </li>
  );
}

function RefundText({ booking: { session, time } }: Props) {
  const refund = useRefundWords();
  const { cancellation_policy: policy, cancellation_notice: notice } = session;
  return refund({ policy, notice, start: time?.starts_at });
}

function CancellationText({ booking: { session, time } }: Props) {
  const t = useTexts();
  const noticePeriod = useFormatNotice();
  const zone = useZone();
  const rule = cancellationRule(session.cancellation_notice, time?.starts_at, new Date());
  switch (rule.kind) {
    case "until_start":
      return t("book.cancel_until_start");
    case "until_moment":
      return t("book.cancel_until_moment", {
        when: formatDateTime(rule.deadline, zone),
        notice: noticePeriod(rule.hours),
      });
    case "too_late":
      return t("book.cancel_too_late", { notice: noticePeriod(rule.hours) });
    case "until":
      return t("book.cancel_until", { notice: noticePeriod(rule.hours) });
  }
}
