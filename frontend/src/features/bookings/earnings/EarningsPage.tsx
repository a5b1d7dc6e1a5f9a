import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Coins, Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Page } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useFormatMoney } from "~/lib/money/money";
import { dateKey, useZone } from "~/lib/time/time";
import { download } from "../attendees/csv";
import { EarningsTable } from "./EarningsTable";
import { perBooking } from "./perBooking";
import { type Earnings, earningsQuery, fetchCsv } from "./queries";
import { useTexts } from "./texts";

/** What is held for a creator, what they earned, and the bookings it is of. */
export function EarningsPage() {
  const t = useTexts();
  const { data } = useQuery(marketplaceQuery);
  if (data?.pays_online === false) {
    return (
      <Page title={t("title")}>
        <EmptyState icon={Coins} title={t("off")}>
          {t("off_text")}
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page title={t("title")} intro={t("intro")} actions={<CsvButton />}>
      <Content />
    </Page>
  );
}

function Content() {
  const t = useTexts();
  const query = useInfiniteQuery(earningsQuery);
  const pages = query.data?.pages;
  if (!pages?.[0]) {
    return query.isError ? (
      <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <PageSkeleton />
    );
  }
  const rows = perBooking(pages.flatMap(({ items }) => items));
  return (
    <div className="flex flex-col gap-8">
      <Balance earnings={pages[0].earnings} />
      <section aria-labelledby="earnings-by-booking">
        <h2 id="earnings-by-booking" className="mb-4 text-xl">
          {t("list")}
        </h2>
        <Card>
          {rows.length === 0 && !query.hasNextPage ? (
            <EmptyState
              icon={Coins}
              title={t("none")}
              action={
                <Link to="/creator" className={buttonClass({ variant: "secondary" })}>
                  {t("sessions")}
                </Link>
              }
            >
              {t("none_text")}
            </EmptyState>
          ) : (
            <EarningsTable rows={rows} />
          )}
        </Card>
        <MoreButton of={query} className="mt-5 flex justify-center" />
      </section>
    </div>
  );
}

function Balance({ earnings }: { earnings: Earnings }) {
  const t = useTexts();
  const money = useFormatMoney();
  return (
    <dl className="grid gap-4 sm:grid-cols-2">
      {(["held", "earned"] as const).map((name) => (
        <Card key={name} className="p-4 sm:p-5">
          <dt className="text-sm text-ink-soft">{t(name)}</dt>
          <dd className="mt-1">
            <span className="tabular block text-3xl font-semibold">{money(earnings[name])}</span>
            <span className="mt-1 block text-sm text-ink-faint">{t(`${name}_text`)}</span>
          </dd>
        </Card>
      ))}
    </dl>
  );
}

function CsvButton() {
  const t = useTexts();
  const zone = useZone();
  const { mutate, isPending } = useMutation({
    mutationFn: fetchCsv,
    onSuccess: (text) => {
      download(`earnings-${dateKey(new Date(), zone)}.csv`, text);
      toast.success(t("exported"));
    },
    onError: (error) => toast.error(errorMessage(error)),
  });
  return (
    <Button variant="secondary" isBusy={isPending} onClick={() => mutate()}>
      <Download aria-hidden className="size-4" />
      {t("export")}
    </Button>
  );
}

function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="flex flex-col gap-8">
      <div className="grid gap-4 sm:grid-cols-2">
        <Skeleton className="h-30 w-full" />
        <Skeleton className="h-30 w-full" />
      </div>
      <Skeleton className="h-72 w-full" />
    </div>
  );
}
