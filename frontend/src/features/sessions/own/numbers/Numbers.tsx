import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "~/components/Card";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { useFormatMoney } from "~/lib/money/money";
import { type Summary, summaryQuery } from "../queries";
import { useTexts } from "../texts";
import { NextSession } from "./NextSession";
import { Sales } from "./Sales";

/** Income, upcoming bookings and pending requests. */
export function Numbers() {
  const t = useTexts();
  const query = useQuery(summaryQuery);
  return (
    <section aria-labelledby="numbers">
      <h2 id="numbers" className="sr-only">
        {t("numbers.title")}
      </h2>
      {query.data ? (
        <div className="flex flex-col gap-4">
          <Tiles summary={query.data} />
          <div className="grid gap-4 lg:grid-cols-3">
            <Sales days={query.data.days} />
            <NextSession next={query.data.next_slot} />
          </div>
        </div>
      ) : query.isError ? (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} className="py-8" />
        </Card>
      ) : (
        <NumbersSkeleton />
      )}
    </section>
  );
}

function Tiles({ summary }: { summary: Summary }) {
  const t = useTexts();
  const money = useFormatMoney();
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent" });
  const { upcoming, pending_bookings: pending } = summary;
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Tile
        label={t("numbers.sold")}
        value={number.format(upcoming.seats_sold)}
        text={
          upcoming.seats_offered > 0
            ? t("numbers.sold_of", { offered: number.format(upcoming.seats_offered) })
            : t("numbers.nothing_sold")
        }
      />
      <Tile
        label={t("numbers.fill")}
        value={upcoming.fill_rate === null ? "–" : percent.format(upcoming.fill_rate)}
        text={
          upcoming.fill_rate === null ? (
            t("numbers.fill_none")
          ) : (
            <>
              <span className="sr-only">{t("numbers.fill_text")}</span>
              <Meter share={upcoming.fill_rate} />
            </>
          )
        }
      />
      <Tile
        label={t("numbers.income")}
        value={money(summary.expected_income)}
        text={t("numbers.income_done", { amount: money(summary.completed_income) })}
      />
      <Tile
        label={t("numbers.requests")}
        value={number.format(pending)}
        isLoud={pending > 0}
        text={
          pending > 0 ? (
            <Link
              to="/creator/bookings"
              search={{ show: "requests" }}
              className="inline-flex min-h-6 items-center font-semibold text-accent underline-offset-4 hover:underline"
            >
              {t("numbers.requests_some")}
            </Link>
          ) : (
            t("numbers.requests_none")
          )
        }
      />
    </dl>
  );
}

function Tile({
  label,
  value,
  text,
  isLoud,
}: {
  label: string;
  value: string;
  text: ReactNode;
  isLoud?: boolean;
}) {
  return (
    <Card className="flex min-w-0 flex-col p-4 sm:p-5">
      <dt className="text-sm text-ink-soft">{label}</dt>
      <dd className="mt-1.5">
        <span
          className={
            isLoud
              ? "tabular block text-xl font-semibold tracking-tight sm:text-2xl text-accent"
              : "tabular block text-xl font-semibold tracking-tight sm:text-2xl"
          }
        >
          {value}
        </span>
        <span className="mt-1 block text-xs text-ink-faint">{text}</span>
      </dd>
    </Card>
  );
}

function Meter({ share }: { share: number }) {
  return (
    <span aria-hidden className="mt-2 block h-1.5 overflow-hidden rounded-full bg-line">
      <span
        className="block h-full rounded-full bg-accent"
        style={{ width: `${Math.round(Math.min(1, share) * 100)}%` }}
      />
    </span>
  );
}

function NumbersSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
        {[1, 2, 3, 4].map((tile) => (
          <Card key={tile} className="p-4 sm:p-5">
            <Skeleton className="h-5 w-24" />
            <Skeleton className="mt-3 h-8 w-16" />
            <Skeleton className="mt-2 h-4 w-28" />
          </Card>
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-3">
        <Card className="flex h-72 flex-col p-4 sm:p-5 lg:col-span-2">
          <Skeleton className="h-6 w-52" />
          <Skeleton className="mt-auto h-36 w-full" />
        </Card>
        <Card className="flex h-72 flex-col gap-4 p-4 sm:p-5">
          <Skeleton className="h-6 w-28" />
          <Skeleton className="h-7 w-full" />
          <Skeleton className="h-5 w-3/5" />
          <Skeleton className="mt-auto h-9 w-32" />
        </Card>
      </div>
    </div>
  );
}
