import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CreditCard } from "lucide-react";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { adminListPaymentsLimits } from "~/lib/api/queryLimits";
import { useIsLeaving } from "~/lib/hooks/useIsLeaving";
import { useMediaQuery } from "~/lib/hooks/useMediaQuery";
import { AdminPage } from "../AdminPage";
import { DateTime } from "../DateTime";
import { DataCards } from "../list/DataCards";
import { DataTable } from "../list/DataTable";
import { ListSkeleton } from "../list/ListSkeleton";
import type { Column } from "../list/listing";
import { SearchInput } from "../list/SearchInput";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { ParkedPayments } from "./ParkedPayments";
import { PaymentStatusBadge } from "./PaymentStatusBadge";
import { type PaymentRecord, parkedQuery, paymentsQuery } from "./queries";
import { amountIn } from "./rules";

/** What waits for staff, and all payments, newest first. */
export function PaymentsPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const navigate = useNavigate();
  const isLeaving = useIsLeaving();
  const words = String(search.search ?? "").trim();
  const query = useInfiniteQuery({ ...paymentsQuery(words), placeholderData: keepPreviousData });
  const parked = useInfiniteQuery(parkedQuery);
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <AdminPage title={t("nav.payments")} intro={t("payments.intro")}>
      <search className="mb-4 block">
        <SearchInput
          words={words}
          label={t("search.payments")}
          maxLength={adminListPaymentsLimits.search.maxLength}
          onSearch={(typed) => {
            if (isLeaving()) return;
            void navigate({
              to: ".",
              search: typed ? { search: typed } : {},
              replace: true,
              resetScroll: false,
            });
          }}
        />
      </search>
      {!words && <ParkedPayments />}
      {query.isPending || parked.isPending ? (
        <ListSkeleton columns={6} />
      ) : query.isError && rows.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={CreditCard} title={t(words ? "list.none_match" : "payments.none")}>
          {t(words ? "payments.none_match" : "payments.none_text")}
        </EmptyState>
      ) : (
        <div aria-busy={query.isPlaceholderData}>
          <Rows rows={rows} />
          <MoreButton of={query} className="mt-5 flex justify-center" />
        </div>
      )}
    </AdminPage>
  );
}

function Rows({ rows }: { rows: PaymentRecord[] }) {
  const t = useTexts();
  const isWide = useMediaQuery("(min-width: 48rem)");
  const columns: Column<PaymentRecord>[] = [
    {
      name: "title",
      head: t("payments.session"),
      cell: ({ title, id }) => <bdi className="line-clamp-2">{title || id}</bdi>,
    },
    { name: "status", head: t("payments.state"), cell: (row) => <PaymentStatusBadge payment={row} /> },
    {
      name: "amount",
      head: t("payments.amount"),
      isNumber: true,
      cell: ({ amount, currency }) => amountIn(amount, currency),
    },
    {
      name: "refunded",
      head: t("payments.refunded"),
      isNumber: true,
      cell: ({ refunded, currency }) => Number(refunded) > 0 && amountIn(refunded, currency),
    },
    { name: "receipt", head: t("payments.receipt"), isNumber: true, cell: (row) => row.receipt_number },
    { name: "created_at", head: t("payments.asked"), cell: (row) => <DateTime at={row.created_at} /> },
  ];
  const props = {
    listing: {
      columns,
      nameOf: ({ title }: PaymentRecord) => title,
      linkTo: ({ id }: PaymentRecord) => ({ to: "/admin/payments/$id", params: { id } }) as const,
    },
    columns,
    rows,
    ordering: "",
    onOrder: () => undefined,
    selection: null,
  };
  return isWide ? (
    <DataTable {...props} caption={t("nav.payments")} />
  ) : (
    <DataCards {...props} label={t("nav.payments")} />
  );
}
