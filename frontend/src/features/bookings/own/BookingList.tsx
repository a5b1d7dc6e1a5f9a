import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarCheck, CalendarPlus, CalendarX2, Hourglass, type LucideIcon } from "lucide-react";
import { Suspense, useRef } from "react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Skeleton } from "~/components/Skeleton";
import { useNow } from "~/lib/time/useNow";
import { awaitsPayment, bookingTab } from "../rules";
import { useTexts } from "../texts";
import type { Intent } from "./BookingActions";
import { BookingCard } from "./BookingCard";
import { ownBookingsQuery } from "./queries";
import type { BookingTab } from "./search";

/** The bookings of a tab, paged. */
export function BookingList({ tab, onIntent }: { tab: BookingTab; onIntent: (intent: Intent) => void }) {
  const t = useTexts();
  const now = useNow();
  const list = useRef<HTMLUListElement>(null);
  const query = useInfiniteQuery(ownBookingsQuery(tab));
  const { data, error, hasNextPage, isFetchNextPageError, fetchNextPage, refetch } = query;

  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <ListSkeleton tab={tab} />;
  }
  const bookings = data.pages
    .flatMap(({ items }) => items)
    .filter((booking) => bookingTab(booking, now) === tab && !awaitsPayment(booking));
  if (bookings.length === 0 && !hasNextPage) return <NoBookings tab={tab} />;

  async function showMore() {
    const before = bookings.length;
    await fetchNextPage();
    // move focus to the first of the new cards
    requestAnimationFrame(() => list.current?.children[before]?.querySelector<HTMLElement>("h3 a")?.focus());
  }

  return (
    <>
      <p role="status" className="sr-only">
        {t("own.shown", { count: bookings.length })}
      </p>
      <Suspense fallback={<ListSkeleton tab={tab} />}>
        <ul ref={list} className="flex flex-col gap-4">
          {bookings.map((booking, index) => (
            <li key={booking.id}>
              <BookingCard booking={booking} isNext={tab === "upcoming" && index === 0} onIntent={onIntent} />
            </li>
          ))}
        </ul>
      </Suspense>
      {isFetchNextPageError && (
        <ErrorState error={error} onRetry={() => void fetchNextPage()} className="py-6" />
      )}
      {!isFetchNextPageError && (
        <MoreButton of={query} onClick={showMore} className="mt-8 flex justify-center" />
      )}
    </>
  );
}

const ICONS: Record<BookingTab, LucideIcon> = {
  upcoming: CalendarPlus,
  pending: Hourglass,
  past: CalendarCheck,
  cancelled: CalendarX2,
};

function NoBookings({ tab }: { tab: BookingTab }) {
  const t = useTexts();
  return (
    <EmptyState
      icon={ICONS[tab]}
      title={t(`own.empty.${tab}.title`)}
      action={
        tab !== "cancelled" && (
          <Link to="/" className={buttonClass({ variant: tab === "upcoming" ? "primary" : "secondary" })}>
            {t("own.find")}
          </Link>
        )
      }
    >
      {t(`own.empty.${tab}.text`)}
    </EmptyState>
  );
}

function ListSkeleton({ tab }: { tab: BookingTab }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="flex flex-col gap-4">
      {[0, 1, 2].map((index) => {
        const isNext = tab === "upcoming" && index === 0;
        return (
          <Card key={index}>
            <div className={isNext ? "flex flex-col gap-5 p-4 sm:flex-row sm:p-5" : "flex gap-5 p-4 sm:p-5"}>
              <Skeleton
                className={
                  isNext ? "aspect-3/2 w-full sm:w-72" : "aspect-3/2 w-24 shrink-0 self-start sm:w-40"
                }
              />
              <div className="flex flex-1 flex-col gap-3">
                <Skeleton className="h-5 w-28" />
                <Skeleton className="h-6 w-4/5 max-w-80" />
                <Skeleton className="h-5 w-3/5 max-w-56" />
                <Skeleton className="h-5 w-2/5 max-w-40" />
              </div>
            </div>
            <div className="flex justify-end border-t border-line px-4 py-3 sm:px-5">
              <Skeleton className="h-11 w-52" />
            </div>
          </Card>
        );
      })}
    </div>
  );
}
