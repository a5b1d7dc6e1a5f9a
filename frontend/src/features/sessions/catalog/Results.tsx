import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useDeferredValue, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { cn } from "~/lib/cn";
import { useOnVisible } from "~/lib/hooks/useOnVisible";
import { useZone } from "~/lib/time/time";
import { catalogQuery, prefetchNextPage, type Session, uniqueById } from "../queries";
import type { CatalogSearch } from "../search";
import { Grid, GridSkeleton } from "./Grid";
import { NoResults, Offline } from "./NoResults";
import type { ChangeSearch } from "./useCatalog";

/** Pages that come by themselves while one scrolls; after that the button asks, so that the page has an end. */
const AUTOMATIC_PAGES = 5;

const NONE: Session[] = [];

/** What the catalog has for a search, page after page. */
export function Results({ search, onChange }: { search: CatalogSearch; onChange: ChangeSearch }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const zone = useZone();
  const query = useInfiniteQuery(catalogQuery(client, search, zone));
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const sessions = useMemo(() => uniqueById(data?.pages.flatMap(({ items }) => items) ?? []), [data]);
  // many cards are drawn in steps, so that a press or a key meanwhile is answered at once
  const deferred = useDeferredValue(sessions, NONE);
  const list = useRef<HTMLUListElement>(null);
  const pages = data?.pages.length ?? 0;

  useEffect(() => {
    if (data && !query.isPlaceholderData) prefetchNextPage(client, search, zone, data.pages);
  }, [client, search, zone, data, query.isPlaceholderData]);

  const loadsAutomatically =
    hasNextPage && !isFetchingNextPage && !isFetchNextPageError && pages % AUTOMATIC_PAGES !== 0;
  const end = useOnVisible(loadsAutomatically, () => void fetchNextPage());

  if (query.isPending && query.fetchStatus === "paused") return <Offline />;
  if (query.isPending) return <GridSkeleton />;
  if (!data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (sessions.length === 0) return <NoResults search={search} onChange={onChange} />;

  async function showMore() {
    const before = sessions.length;
    await fetchNextPage();
    // a keyboard goes on at the first of the new ones
    requestAnimationFrame(() => list.current?.children[before]?.querySelector("a")?.focus());
  }

  return (
    <div
      aria-busy={query.isPlaceholderData || undefined}
      className={cn("transition-opacity", query.isPlaceholderData && "opacity-50")}
    >
      <Suspense fallback={<GridSkeleton />}>
        {deferred === NONE ? <GridSkeleton /> : <Grid ref={list} sessions={deferred} />}
      </Suspense>
      <div ref={end} className="mt-10 flex flex-col items-center gap-4">
        {isFetchNextPageError && (
          <ErrorState error={query.error} onRetry={() => void fetchNextPage()} className="py-0" />
        )}
        {hasNextPage && !isFetchNextPageError && (
          <Button variant="secondary" isBusy={isFetchingNextPage} onClick={() => void showMore()}>
            {t("actions.more")}
          </Button>
        )}
      </div>
    </div>
  );
}
