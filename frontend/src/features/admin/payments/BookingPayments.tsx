import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { DateTime } from "../DateTime";
import { Panel } from "../Panel";
import { useTexts } from "../texts";
import { PaymentStatusBadge } from "./PaymentStatusBadge";
import { paymentsQuery } from "./queries";
import { amountIn } from "./rules";

/** The payments of a booking, where payments are taken. */
export function BookingPayments({ booking }: { booking: string }) {
  const t = useTexts();
  const { pays_online } = useSuspenseQuery(marketplaceQuery).data;
  const query = useInfiniteQuery({ ...paymentsQuery(booking), enabled: pays_online });
  if (!pays_online) return null;
  const payments = query.data?.pages.flatMap(({ items }) => items);
  return (
    <Panel title={t("nav.payments")}>
      {query.isError && !payments ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} className="py-4" />
      ) : !payments ? (
        <Skeleton className="h-12 w-full" />
      ) : payments.length === 0 ? (
        <p className="text-sm text-ink-soft">{t("payments.none_of_booking")}</p>
      ) : (
        <ul className="flex flex-col divide-y divide-line text-sm">
          {payments.map((payment) => (
            <li
              key={payment.id}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2.5 first:pt-0 last:pb-0"
            >
              <Link
                to="/admin/payments/$id"
                params={{ id: payment.id }}
                className="tabular font-medium text-accent underline-offset-4 hover:underline"
              >
                {t("payments.link", { amount: amountIn(payment.amount, payment.currency) })}
              </Link>
              <span className="flex items-center gap-3 text-ink-soft">
                <DateTime at={payment.created_at} />
                <PaymentStatusBadge payment={payment} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
