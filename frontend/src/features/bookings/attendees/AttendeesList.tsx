import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarCheck, CalendarX2, Hourglass, type LucideIcon, Users } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Skeleton } from "~/components/Skeleton";
import { useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { isInView } from "./filters";
import { groupBySlot } from "./groups";
import type { Intent } from "./IntentDialog";
import { attendeesQuery } from "./queries";
import { SlotCard } from "./SlotCard";
import { type AttendeesSearch, currentView, isNarrowed, type View } from "./search";
import { useTexts } from "./texts";

type Props = {
  search: AttendeesSearch;
  onIntent: (intent: Intent) => void;
  onChange: (search: AttendeesSearch) => void;
};

/** The bookings of a view, grouped by slot and paged. Keeps focus in the list when a row disappears. */
export function AttendeesList(props: Props) {
  const container = useRef<HTMLDivElement>(null);
  return (
    <div ref={container} tabIndex={-1} className="outline-none">
      <ListContent {...props} onAnswered={() => container.current?.focus({ preventScroll: true })} />
    </div>
  );
}

function ListContent({ search, onIntent, onChange, onAnswered }: Props & { onAnswered: () => void }) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const view = currentView(search);
  const query = useInfiniteQuery(attendeesQuery(search, zone));
  const { data, error, hasNextPage, isFetchNextPageError } = query;

  if (!data) {
    return error ? <ErrorState error={error} onRetry={() => void query.refetch()} /> : <ListSkeleton />;
  }
  const bookings = data.pages.flatMap(({ items }) => items).filter((booking) => isInView(booking, view, now));
  if (bookings.length === 0 && !hasNextPage) return <NoBookings search={search} onChange={onChange} />;

  return (
    <>
      <p role="status" className="sr-only">
        {t("shown", { count: bookings.length })}
      </p>
      <div className="flex flex-col gap-4">
        {groupBySlot(bookings, hasNextPage).map((group) => (
          <SlotCard key={group.key} group={group} view={view} onIntent={onIntent} onAnswered={onAnswered} />
        ))}
      </div>
      {isFetchNextPageError && (
        <ErrorState error={error} onRetry={() => void query.fetchNextPage()} className="py-6" />
      )}
      {!isFetchNextPageError && <MoreButton of={query} className="mt-6 flex justify-center" />}
    </>
  );
}

const ICONS: Record<View, LucideIcon> = {
  upcoming: Users,
  requests: Hourglass,
  past: CalendarCheck,
  cancelled: CalendarX2,
};

function NoBookings({
  search,
  onChange,
}: {
  search: AttendeesSearch;
  onChange: (search: AttendeesSearch) => void;
}) {
  const t = useTexts();
  const view = currentView(search);
  if (isNarrowed(search)) {
    return (
      <EmptyState
        icon={ICONS[view]}
        title={t("empty.narrowed_title")}
        action={
          <Button variant="secondary" onClick={() => onChange({ show: search.show })}>
            {t("filters.clear")}
          </Button>
        }
      >
        {t("empty.narrowed_text")}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={ICONS[view]}
      title={t(`empty.${view}.title`)}
      action={
        <Link to="/creator" className={buttonClass({ variant: "secondary" })}>
          {t("empty.sessions")}
        </Link>
      }
    >
      {t(`empty.${view}.text`)}
    </EmptyState>
  );
}

function ListSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="flex flex-col gap-4">
      {[1, 2, 3].map((card) => (
        <Card key={card} className="p-4 sm:p-5">
          <Skeleton className="h-6 w-48" />
          <Skeleton className="mt-2 h-5 w-64 max-w-full" />
          <div className="mt-5 flex items-center gap-3 border-t border-line pt-4">
            <Skeleton className="size-9 rounded-full" />
            <Skeleton className="h-5 w-40" />
            <Skeleton className="ml-auto h-6 w-20" />
          </div>
        </Card>
      ))}
    </div>
  );
}
