import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useDeferredValue, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { cn } from "~/lib/cn";
import { useOnVisible } from "~/lib/hooks/useOnVisible";
import { useZone } from "~/lib/time/time";
import { catalogQuery, distinct, prefetchNextPage, type Session } from "../queries";
import type { CatalogSearch } from "../search";
import { Grid, GridSkeleton } from "./Grid";
import { NoResults, Offline } from "./NoResults";
import type { Change } from "./useCatalog";

/** Pages that come by themselves while one scrolls; after that the button asks, so that the page has an end. */
const PAGES_BY_THEMSELVES = 5;

const NONE: Session[] = [];

/** What the catalog has for a search, page after page. */
export function Results({ search, onChange }: { search: CatalogSearch; onChange: Change }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const zone = useZone();
  const found = useInfiniteQuery(catalogQuery(client, search, zone));
  const { data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = found;
  const sessions = useMemo(() => distinct(data?.pages.flatMap(({ items }) => items) ?? []), [data]);
  // many cards are drawn in steps, so that a press or a key meanwhile is answered at once
  const drawn = useDeferredValue(sessions, NONE);
  const list = useRef<HTMLUListElement>(null);
  const pages = data?.pages.length ?? 0;

  useEffect(() => {
    if (data && !found.isPlaceholderData) prefetchNextPage(client, search, zone, data.pages);
  }, [client, search, zone, data, found.isPlaceholderData]);

  const comesByItself =
    hasNextPage && !isFetchingNextPage && !isFetchNextPageError && pages % PAGES_BY_THEMSELVES !== 0;
  const end = useOnVisible(comesByItself, () => void fetchNextPage());

  if (found.isPending && found.fetchStatus === "paused") return <Offline />;
  if (found.isPending) return <GridSkeleton />;
  if (!data) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (sessions.length === 0) return <NoResults search={search} onChange={onChange} />;

  async function more() {
    const before = sessions.length;
    await fetchNextPage();
    // a keyboard goes on at the first of the new ones
    requestAnimationFrame(() => list.current?.children[before]?.querySelector("a")?.focus());
  }

  return (
    <div
      aria-busy={found.isPlaceholderData || undefined}
      className={cn("transition-opacity", found.isPlaceholderData && "opacity-50")}
    >
      <Suspense fallback={<GridSkeleton />}>
        {drawn === NONE ? <GridSkeleton /> : <Grid ref={list} sessions={drawn} />}
      </Suspense>
      <div ref={end} className="mt-10 flex flex-col items-center gap-4">
        {isFetchNextPageError && (
          <ErrorState error={found.error} onRetry={() => void fetchNextPage()} className="py-0" />
        )}
        {hasNextPage && !isFetchNextPageError && (
          <Button variant="secondary" isBusy={isFetchingNextPage} onClick={() => void more()}>
            {t("actions.more")}
          </Button>
        )}
      </div>
    </div>
  );
}
