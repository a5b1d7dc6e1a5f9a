import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Printer, ReceiptText } from "lucide-react";
import type { ReactNode } from "react";
import { Button, buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { Page } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { displayName } from "~/lib/auth/me";
import { sumAmounts } from "~/lib/money/money";
import { formatLongDay, formatTime, useZone, zoneNameAt } from "~/lib/time/time";
import { type Receipt, receiptsQuery } from "./queries";
import { useTexts } from "./texts";
import { useFormatCharge } from "./useFormatCharge";

/** The receipts of a booking, to print: one for each payment, with what was returned of it. */
export function ReceiptPage({ id }: { id: string }) {
  const t = useTexts();
  const { data: receipts, error, isPending, refetch } = useQuery(receiptsQuery(id));
  if (isProblem(error) && (error.status === 404 || error.status === 400)) return <NotFound />;
  return (
    <Page
      title={t("receipt.title")}
      width="middle"
      actions={
        receipts?.length ? (
          <div className="flex flex-wrap gap-3 print:hidden">
            <Link to="/dashboard" search={{ booking: id }} className={buttonClass({ variant: "secondary" })}>
              {t("receipt.back")}
            </Link>
            <Button onClick={() => window.print()}>
              <Printer aria-hidden className="size-4" />
              {t("receipt.print")}
            </Button>
          </div>
        ) : undefined
      }
    >
      {isPending ? (
        <Skeleton className="h-96 w-full" />
      ) : !receipts ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : receipts.length === 0 ? (
        <EmptyState icon={ReceiptText} title={t("receipt.none_title")}>
          {t("receipt.none_text")}
        </EmptyState>
      ) : (
        <div className="flex flex-col gap-6">
          {receipts.map((receipt) => (
            <ReceiptCard key={receipt.number} receipt={receipt} />
          ))}
        </div>
      )}
    </Page>
  );
}

function ReceiptCard({ receipt }: { receipt: Receipt }) {
  const t = useTexts();
  const zone = useZone();
  const { number, paid_at, booking_date, creator_details: creator, user_details: learner } = receipt;
  return (
    <Card className="break-inside-avoid p-5 sm:p-8 print:border-0 print:p-0 print:shadow-none">
      <section aria-labelledby={`receipt-${number}`}>
        <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 border-b border-line pb-4">
          <div>
            <p className="text-sm font-semibold text-accent">{t("receipt.brand")}</p>
            {receipt.issuer && <Issuer issuer={receipt.issuer} />}
            <h2 id={`receipt-${number}`} className="tabular text-lg">
              {t("receipt.number", { number })}
            </h2>
          </div>
          <p className="tabular text-sm text-ink-soft">
            {t("receipt.paid_at", {
              when: `${formatLongDay(paid_at, zone)}, ${formatTime(paid_at, zone)}`,
            })}
          </p>
        </div>
        <dl className="tabular mt-5 grid gap-x-6 gap-y-3 text-sm sm:grid-cols-[8rem_1fr]">
          <Fact name={t("receipt.session")}>
            <bdi className="font-semibold wrap-anywhere">{receipt.title}</bdi>
          </Fact>
          <Fact name={t("receipt.when")}>
            <span>{`${formatLongDay(booking_date, zone)}, ${formatTime(booking_date, zone)}`}</span>
            <span className="block text-xs text-ink-faint">{zoneNameAt(zone, booking_date, paid_at)}</span>
          </Fact>
          <Fact name={t("receipt.seats")}>{receipt.seats}</Fact>
          <Fact name={t("receipt.creator")}>
            <bdi>{displayName(creator)}</bdi>
          </Fact>
          <Fact name={t("receipt.learner")}>
            <bdi>{displayName(learner)}</bdi>
          </Fact>
          <Fact name={t("receipt.booking")}>
            <code className="font-sans text-xs break-all text-ink-soft">{receipt.booking}</code>
          </Fact>
          <Fact name={t("receipt.payment")}>
            <code className="font-sans text-xs break-all text-ink-soft">{receipt.payment}</code>
          </Fact>
        </dl>
        <Amounts receipt={receipt} />
      </section>
    </Card>
  );
}

function Issuer({ issuer: { name, address, tax_number } }: { issuer: NonNullable<Receipt["issuer"]> }) {
  const t = useTexts();
  return (
    <address className="mb-2 text-sm text-ink-soft not-italic wrap-anywhere">
      <bdi className="block font-semibold">{name}</bdi>
      {address && <bdi className="block">{address}</bdi>}
      {tax_number && <span className="block">{t("receipt.tax_number", { number: tax_number })}</span>}
    </address>
  );
}

function Amounts({ receipt: { amount, refunds } }: { receipt: Receipt }) {
  const t = useTexts();
  const zone = useZone();
  const charge = useFormatCharge();
  const total = sumAmounts([amount, ...refunds.map((refund) => `-${refund.amount}`)]);
  return (
    <dl className="tabular mt-6 border-t border-line pt-4">
      <Line name={t("receipt.paid")}>{charge(amount)}</Line>
      {refunds.map((refund) => (
        <Line key={refund.at} name={t("receipt.refund", { when: formatLongDay(refund.at, zone) })}>
          {charge(`-${refund.amount}`)}
        </Line>
      ))}
      <div className="mt-2 flex justify-between gap-4 border-t border-line pt-3 text-lg font-semibold">
        <dt>{t("receipt.total")}</dt>
        <dd>{charge(total)}</dd>
      </div>
    </dl>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 py-1">
      <dt className="min-w-0 text-ink-soft">{name}</dt>
      <dd className="shrink-0">{children}</dd>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint max-sm:-mb-2">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
