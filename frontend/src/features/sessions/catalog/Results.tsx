import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, startTransition, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { cn } from "~/lib/cn";
import { useOnVisible } from "~/lib/hooks/useOnVisible";
import { useZone } from "~/lib/time/time";
import { catalogQuery, prefetchNextPage, type Session, uniqueById } from "../queries";
import type { CatalogSearch } from "../search";
import { Grid, GridSkeleton, GridSpace } from "./Grid";
import { NoResults, NothingYet, Offline } from "./NoResults";
import { SearchOutcome } from "./SearchOutcome";
import type { ChangeSearch } from "./useCatalog";

/** Pages loaded automatically while scrolling; then a button is shown, so that the footer can be reached. */
const AUTOMATIC_PAGES = 5;

/** Pixels below the window in which cards are rendered. */
const NEAR = 400;
const NONE: Session[] = [];

/** Whether a list was shown since the application started. */
let hasShownList = false;

/** The results of a search, paged. */
export function Results({
  search,
  areSeenLater = false,
  onChange,
}: {
  search: CatalogSearch;
  /** Below the fold. */
  areSeenLater?: boolean;
  onChange: ChangeSearch;
}) {
  const client = useQueryClient();
  const zone = useZone();
  const query = useInfiniteQuery(catalogQuery(client, search, zone));
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const sessions = useMemo(() => uniqueById(data?.pages.flatMap(({ items }) => items) ?? []), [data]);
  // render many cards at low priority, so that input stays responsive; but a list that is known when the page is
  // returned to is rendered at once, since the scroll position is restored into the first render
  const [first] = useState(() => (hasShownList ? sessions : NONE));
  const deferred = useDeferredValue(sessions, first);
  // below the fold of a page that is opened, cards are rendered when they come near: twenty take a phone a second
  const [isNear, setNear] = useState(hasShownList || !areSeenLater);
  const top = useOnVisible(!isNear, () => startTransition(() => setNear(true)), NEAR);
  const isFar = areSeenLater && !isNear;
  const list = useRef<HTMLUListElement>(null);
  const pages = data?.pages.length ?? 0;

  useEffect(() => {
    hasShownList = true;
  }, []);

  useEffect(() => {
    if (data && !isFar && !query.isPlaceholderData) prefetchNextPage(client, search, zone, data.pages);
  }, [client, search, zone, data, isFar, query.isPlaceholderData]);

  const loadsAutomatically =
    hasNextPage && !isFetchingNextPage && !isFetchNextPageError && pages % AUTOMATIC_PAGES !== 0;
  const end = useOnVisible(loadsAutomatically && pages, () => void fetchNextPage());
  // a page can be empty although others follow, since a search for free times is bounded
  const isEmpty = sessions.length === 0;
  useEffect(() => {
    if (isEmpty && loadsAutomatically && !query.isPlaceholderData) void fetchNextPage();
  }, [isEmpty, loadsAutomatically, query.isPlaceholderData, fetchNextPage]);

  if (query.isPending && query.fetchStatus === "paused") return <Offline />;
  if (query.isPending) return <GridSkeleton />;
  if (!data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (isEmpty && !hasNextPage) return <NoResults search={search} onChange={onChange} />;

  async function showMore() {
    const before = sessions.length;
    await fetchNextPage();
    // move focus to the first of the new cards
    requestAnimationFrame(() => list.current?.children[before]?.querySelector("a")?.focus());
  }

  return (
    <div
      ref={top}
      aria-busy={query.isPlaceholderData || undefined}
      className={cn("transition-opacity", query.isPlaceholderData && "opacity-50")}
    >
      <SearchOutcome search={search} page={data.pages[0]} />
      {isEmpty && !loadsAutomatically && !isFetchingNextPage ? (
        <NothingYet />
      ) : (
        <Suspense fallback={<GridSkeleton />}>
          {isFar ? (
            <GridSpace />
          ) : deferred.length === 0 ? (
            <GridSkeleton />
          ) : (
            <Grid ref={list} sessions={deferred} areSeenLater={areSeenLater} />
          )}
        </Suspense>
      )}
      <div ref={end} className="mt-10 flex flex-col items-center gap-4">
        {isFetchNextPageError && (
          <ErrorState error={query.error} onRetry={() => void fetchNextPage()} className="py-0" />
        )}
        {!isFar && !isFetchNextPageError && <MoreButton of={query} onClick={showMore} />}
      </div>
    </div>
  );
}
