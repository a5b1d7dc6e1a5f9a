import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { useRefundWords } from "~/features/sessions/useRefundWords";
import { Venue } from "~/features/sessions/Venue";
import { isProblem } from "~/lib/api/problem";
import { displayName, useMe } from "~/lib/auth/me";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { useFormatMoney } from "~/lib/money/money";
import { useFormatDuration } from "~/lib/time/duration";
import {
  formatDateTime,
  formatInOtherZone,
  formatTimeRange,
  showsSameTime,
  useZone,
  zoneCity,
  zoneNameAt,
} from "~/lib/time/time";
import { History } from "./History";
import { PaymentFact } from "./pay/PaymentFact";
import { useTexts as usePaymentTexts } from "./pay/texts";
import { bookingQuery } from "./queries";
import { awaitsPayment } from "./rules";
import { StatusBadge } from "./StatusBadge";
import { useTexts } from "./texts";
import type { BookingHistory } from "./types";

const Conversation = lazyWithRetry(() => import("./conversation/Conversation"));

/** A booking with its conversation and history. With `isWriting`, one can type a message right away. */
export function DetailsDialog({
  id,
  isWriting = false,
  onClose,
}: {
  id: string;
  isWriting?: boolean;
  onClose: () => void;
}) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const { data, error, refetch } = useQuery(bookingQuery(id));
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={data?.terms.title ?? t("own.details.title")}
      description={data && <StatusBadge status={data.status} isUnpaid={awaitsPayment(data)} />}
      footer={
        data && (
          <Link
            to="/sessions/$id"
            params={{ id: data.session }}
            className={buttonClass({ variant: "secondary" })}
          >
            {t("own.details.session")}
          </Link>
        )
      }
    >
      {data ? (
        <Details booking={data} isWriting={isWriting} />
      ) : isProblem(error, "not_found") ? (
        <p role="alert" className="text-sm text-ink-soft">
          {t("own.details.unknown")}
        </p>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} className="py-4" />
      ) : (
        <div role="status" aria-label={common("loading")} className="flex flex-col gap-3">
          {["w-64", "w-48", "w-56", "w-40", "w-52"].map((width) => (
            <Skeleton key={width} className={`h-5 ${width}`} />
          ))}
        </div>
      )}
    </Dialog>
  );
}

function Details({ booking, isWriting }: { booking: BookingHistory; isWriting: boolean }) {
  const t = useTexts();
  const payments = usePaymentTexts();
  const refund = useRefundWords();
  const { t: common } = useTranslation();
  const zone = useZone();
  const money = useFormatMoney();
  const duration = useFormatDuration();
  const me = useMe();
  const { booking_date, session_details: session, user_details: learner, utc_offset } = booking;
  const times = [booking_date, booking.ends_at, booking.requested_start ?? booking_date];
  const notice = booking.terms.cancellation_notice;
  const creator = session.creator_details;
  const isOwn = me?.id === learner.id;
  const party = isOwn ? creator : learner;
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2.5 text-sm">
        <Fact term={t("own.details.when")}>
          <span className="tabular font-semibold">
            {formatTimeRange(booking_date, booking.ends_at, zone)}
          </span>
          <span className="block text-xs text-ink-faint">{zoneNameAt(zone, ...times)}</span>
        </Fact>
        {!showsSameTime(booking_date, zone, utc_offset) && (
          <Fact term={t("own.details.there", { name: displayName(creator) })}>
            {t("own.there", {
              when: formatInOtherZone(booking_date, zone, utc_offset, session.time_zone),
              place: zoneCity(session.time_zone),
            })}
          </Fact>
        )}
        {(session.format || session.place) && (
          <Fact term={t("booked.where")}>
            <Venue session={session} visited={booking.address} />
          </Fact>
        )}
        {isOwn && session.bring && (
          <Fact term={t("booked.bring")}>
            <span dir="auto" className="whitespace-pre-line">
              {session.bring}
            </span>
          </Fact>
        )}
        <Fact term={t("own.details.seats")}>{booking.seats}</Fact>
        <Fact term={t("own.details.sold")}>
          {t("own.details.sold_price", {
            price: Number(booking.terms.price) === 0 ? common("price.free") : money(booking.terms.price),
            duration: duration(booking.terms.duration),
          })}
        </Fact>
        <Fact term={t("own.details.amount")}>
          {Number(booking.amount) === 0 ? common("price.free") : money(booking.amount)}
        </Fact>
        {booking.payment && (
          <Fact term={payments("fact")}>
            <PaymentFact booking={booking} />
          </Fact>
        )}
        <Fact term={t(isOwn ? "own.details.creator" : "own.details.learner")}>
          <bdi>{displayName(party)}</bdi>
          {party.email && (
            <a
              href={`mailto:${party.email}`}
              className="block break-all text-accent underline-offset-4 hover:underline"
            >
              {party.email}
            </a>
          )}
        </Fact>
        <Fact term={t("own.details.rule")}>
          {booking.payment
            ? refund({ policy: booking.terms.cancellation_policy, notice })
            : notice > 0
              ? t("own.details.rule_notice", { count: notice })
              : t("own.details.rule_free")}
        </Fact>
        {booking.requested_start && (
          <Fact term={t("own.details.requested")}>{formatDateTime(booking.requested_start, zone)}</Fact>
        )}
        {booking.respond_by && (
          <Fact term={t("own.details.answer")}>
            {t("own.details.answer_by", { when: formatDateTime(booking.respond_by, zone) })}
          </Fact>
        )}
        <Fact term={t("own.details.booked")}>{formatDateTime(booking.created_at, zone)}</Fact>
      </dl>
      <h3 className="mt-6 mb-3 border-t border-line pt-5 text-sm">{t("own.details.messages")}</h3>
      {me && (
        <Suspense fallback={<Skeleton className="h-40 w-full" />}>
          <Conversation booking={booking} me={me} isWriting={isWriting} />
        </Suspense>
      )}
      <h3 className="mt-6 mb-3 border-t border-line pt-5 text-sm">{t("own.details.history")}</h3>
      <History booking={booking} />
    </>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{term}</dt>
      <dd className="tabular min-w-0">{children}</dd>
    </>
  );
}
