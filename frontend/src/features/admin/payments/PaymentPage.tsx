import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { BackLink } from "~/components/BackLink";
import { Button } from "~/components/Button";
import { AdminPage } from "../AdminPage";
import { DateTime } from "../DateTime";
import { Facts, Panel } from "../Panel";
import { QueryResult } from "../QueryResult";
import { useTexts } from "../texts";
import { ParkedPayments } from "./ParkedPayments";
import { PaymentStatusBadge } from "./PaymentStatusBadge";
import { type PaymentTimeline, paymentQuery } from "./queries";
import { RefundDialog } from "./RefundDialog";
import { amountIn, refundableOf } from "./rules";
import { Timeline } from "./Timeline";

const LINK = "font-medium text-accent underline-offset-4 hover:underline";

/** A payment with its timeline. Staff can return any part of it. */
export function PaymentPage({ id }: { id: string }) {
  const t = useTexts();
  const query = useQuery(paymentQuery(id));
  return (
    <QueryResult
      query={query}
      title={t("payments.one")}
      back={<BackLink to="/admin/payments">{t("nav.payments")}</BackLink>}
    >
      {(payment) => <Details payment={payment} />}
    </QueryResult>
  );
}

function Details({ payment }: { payment: PaymentTimeline }) {
  const t = useTexts();
  const [isRefunding, setRefunding] = useState(false);
  const { amount, currency } = payment;
  return (
    <AdminPage
      before={<BackLink to="/admin/payments">{t("nav.payments")}</BackLink>}
      title={t("payments.of", { amount: amountIn(amount, currency), title: payment.title })}
      intro={<PaymentStatusBadge payment={payment} />}
      actions={
        Number(refundableOf(payment)) > 0 && (
          <Button variant="secondary" onClick={() => setRefunding(true)}>
            <Undo2 aria-hidden className="size-4" />
            {t("refund.open")}
          </Button>
        )
      }
    >
      <ParkedPayments of={payment.id} />
      <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_24rem] xl:items-start">
        <Panel title={t("payments.timeline")}>
          <Timeline payment={payment} />
        </Panel>
        <div className="flex min-w-0 flex-col gap-5">
          <Amounts payment={payment} />
          <PaymentFacts payment={payment} />
        </div>
      </div>
      {isRefunding && <RefundDialog payment={payment} onClose={() => setRefunding(false)} />}
    </AdminPage>
  );
}

function Amounts({ payment }: { payment: PaymentTimeline }) {
  const t = useTexts();
  const money = (amount: string) => amountIn(amount, payment.currency);
  return (
    <Panel title={t("payments.amounts")}>
      <Facts
        facts={[
          { name: t("payments.amount"), value: money(payment.amount) },
          { name: t("payments.captured"), value: money(payment.captured) },
          { name: t("payments.refunded"), value: money(payment.refunded) },
          ...(payment.refund_claimed === payment.refunded
            ? []
            : [{ name: t("payments.claimed"), value: money(payment.refund_claimed) }]),
          { name: t("payments.left"), value: <strong>{money(refundableOf(payment))}</strong> },
          { name: t("payments.commission"), value: t("percent", { percent: payment.commission }) },
        ]}
      />
    </Panel>
  );
}

function PaymentFacts({ payment }: { payment: PaymentTimeline }) {
  const t = useTexts();
  return (
    <Panel title={t("payments.facts")}>
      <Facts
        facts={[
          {
            name: t("payments.booking"),
            value: (
              <Link to="/admin/bookings/$id" params={{ id: payment.booking }} className={LINK}>
                <bdi className="wrap-anywhere">{payment.title}</bdi>
              </Link>
            ),
          },
          {
            name: t("bookings.learner"),
            value: (
              <Link to="/admin/users/$id" params={{ id: payment.user }} className={LINK}>
                {t("payments.see_account")}
              </Link>
            ),
          },
          {
            name: t("bookings.creator"),
            value: (
              <Link to="/admin/users/$id" params={{ id: payment.creator }} className={LINK}>
                {t("payments.see_account")}
              </Link>
            ),
          },
          { name: t("payments.asked"), value: <DateTime at={payment.created_at} /> },
          ...(payment.paid_at
            ? [{ name: t("payments.paid"), value: <DateTime at={payment.paid_at} /> }]
            : [{ name: t("payments.expires"), value: <DateTime at={payment.expires_at} /> }]),
          ...(payment.receipt_number ? [{ name: t("payments.receipt"), value: payment.receipt_number }] : []),
          ...(payment.decline_reason
            ? [{ name: t("payments.declined"), value: <code>{payment.decline_reason}</code> }]
            : []),
          { name: t("payments.provider"), value: payment.provider },
          ...(payment.provider_id
            ? [
                {
                  name: t("payments.provider_id"),
                  value: <code className="text-xs break-all">{payment.provider_id}</code>,
                },
              ]
            : []),
          { name: t("id"), value: <code className="text-xs break-all">{payment.id}</code> },
        ]}
      />
    </Panel>
  );
}
