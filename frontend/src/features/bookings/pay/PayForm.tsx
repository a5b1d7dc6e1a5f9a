import { CreditCard, Lock, ShieldCheck, UserCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { Notice } from "~/components/Notice";
import { useTitle } from "~/components/Page";
import { useRefundWords } from "~/features/sessions/useRefundWords";
import { displayName } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatTime, useZone } from "~/lib/time/time";
import { BookedFacts } from "../book/BookedFacts";
import { isAllowed } from "../rules";
import type { BookingHistory } from "../types";
import { PayCountdown } from "./PayCountdown";
import { declineOf } from "./state";
import { useTexts } from "./texts";
import { useFormatCharge } from "./useFormatCharge";
import type { usePaying } from "./usePaying";

type Props = { booking: BookingHistory; paying: ReturnType<typeof usePaying> };

/** What is paid for, by when, on which terms, and the way to the provider's page. */
export function PayForm({ booking, paying }: Props) {
  const t = useTexts();
  const zone = useZone();
  const charge = useFormatCharge();
  const { payment, pay_by, seats } = booking;
  const isAsking = paying.state === "asking";
  const title = t("title", { count: seats });
  useTitle(title);
  return (
    <div className="mx-auto w-full max-w-xl px-4 py-8 sm:py-12">
      <h1 className="text-2xl sm:text-3xl">{title}</h1>
      {pay_by && (
        <p className="mt-3 flex flex-wrap items-baseline gap-x-2 text-ink-soft">
          <span>{t("held", { count: seats })}</span>
          <PayCountdown until={pay_by} className="tabular text-xl font-semibold text-ink" />
          <span className="tabular">{t("until", { when: formatTime(pay_by, zone) })}</span>
        </p>
      )}
      <Card className="mt-6 overflow-hidden">
        <BookedFacts booking={booking} />
        <div className="flex flex-col gap-4 border-t border-line bg-sunk p-5">
          <Terms booking={booking} />
          <PayNotice booking={booking} paying={paying} />
          {isAllowed(booking, "pay") && (
            <Button
              size="lg"
              variant={isAsking ? "secondary" : "primary"}
              isBusy={paying.isBusy}
              className="w-full"
              onClick={paying.pay}
            >
              {!paying.isBusy && <CreditCard aria-hidden className="size-5" />}
              <span>
                {isAsking ? t("do_again") : t("do", { amount: charge(payment?.amount ?? booking.amount) })}
              </span>
            </Button>
          )}
        </div>
      </Card>
    </div>
  );
}

function Terms({ booking: { terms, booking_date, session_details } }: Pick<Props, "booking">) {
  const t = useTexts();
  const refund = useRefundWords();
  const { cancellation_policy: policy, cancellation_notice: notice } = terms;
  const name = displayName(session_details.creator_details);
  return (
    <ul className="flex flex-col gap-2 text-sm text-ink-soft">
      <Term icon={ShieldCheck}>{refund({ policy, notice, start: booking_date })}</Term>
      {session_details.requires_confirmation && <Term icon={UserCheck}>{t("reserve", { name })}</Term>}
      <Term icon={Lock}>{t("safe")}</Term>
    </ul>
  );
}

function Term({ icon: Icon, children }: { icon: typeof Lock; children: ReactNode }) {
  return (
    <li className="flex gap-2.5">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      <span>{children}</span>
    </li>
  );
}

function PayNotice({ booking: { payment }, paying }: Props) {
  const t = useTexts();
  if (paying.error) return <Notice tone="danger">{errorMessage(paying.error)}</Notice>;
  if (paying.state === "asking") return <Notice>{t("asking")}</Notice>;
  if (paying.isChecking) return <Notice>{t("checking")}</Notice>;
  if (!payment?.decline_reason) return null;
  return (
    <Notice tone="danger">
      <strong className="block font-semibold">{t(`declined.${declineOf(payment.decline_reason)}`)}</strong>
      <span>{t("declined.held")}</span>
    </Notice>
  );
}
