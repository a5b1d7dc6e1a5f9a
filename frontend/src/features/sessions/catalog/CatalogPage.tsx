import { useInfiniteQuery, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Suspense, useDeferredValue, useRef } from "react";
import { useTitle } from "~/components/Page";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { cn } from "~/lib/cn";
import { useZone } from "~/lib/time/time";
import { totalWords } from "../counts";
import { CategoryRow } from "../home/CategoryRow";
import { HomeRows } from "../home/HomeRows";
import { TeachHere } from "../home/TeachHere";
import { useHomeRows } from "../home/useHomeRows";
import { catalogQuery, facetsQuery } from "../queries";
import type { CatalogSearch } from "../search";
import { clearFilters } from "../searchFilters";
import { useTexts } from "../texts";
import { CatalogHero } from "./CatalogHero";
import { FilterBar } from "./FilterBar";
import { Results } from "./Results";
import { SortSelect } from "./SortSelect";
import { type ChangeSearch, useChangeSearch } from "./useCatalog";
import { useFilterWords } from "./useFilterWords";

export function CatalogPage({ search }: { search: CatalogSearch }) {
  const t = useTexts();
  useTitle(search.search && t("catalog.found_title", { search: search.search }));
  const change = useChangeSearch(search);
  const results = useRef<HTMLElement>(null);
  const isHome = Object.keys(search).length === 0;
  // at low priority: the answers that come would each render the page without a pause
  const rows = useDeferredValue(useHomeRows(isHome));
  const hasRows = rows !== undefined && rows.length > 0;

  // scroll up to the first result when filters change far down the list
  const changeInView: ChangeSearch = (filters, options) => {
    change(filters, options);
    const top = results.current?.getBoundingClientRect().top ?? 0;
    if (top < 0) results.current?.scrollIntoView({ block: "start" });
  };

  return (
    <>
      <CatalogHero
        search={search.search}
        onSearch={(found) => change({ search: found }, { replace: true })}
      />
      <Suspense fallback={<div className="h-33" />}>
        <CategoryRow search={search} />
        <Filters search={search} onChange={changeInView} hasListBelow={!hasRows} />
      </Suspense>
      {isHome && <HomeRows rows={rows} />}
      {isHome && <TeachHere />}
      <section
        ref={results}
        aria-labelledby="found"
        // appears with the rows above it, which would move it
        hidden={isHome && !rows}
        className="mx-auto max-w-6xl scroll-mt-36 px-4 pt-3 pb-20 sm:px-6"
      >
        <Total search={search} isBelowRows={hasRows} onChange={changeInView} />
        <Results search={search} areSeenLater={isHome && rows?.length !== 0} onChange={changeInView} />
      </section>
    </>
  );
}

function Filters({
  search,
  onChange,
  hasListBelow,
}: {
  search: CatalogSearch;
  onChange: ChangeSearch;
  hasListBelow: boolean;
}) {
  const zone = useZone();
  useSuspenseQuery(marketplaceQuery);
  const client = useQueryClient();
  const results = useInfiniteQuery({
    ...catalogQuery(client, search, zone),
    enabled: search.creator !== undefined,
  });
  const all = useQuery(facetsQuery(search, zone));
  const byCategory = useQuery(facetsQuery(clearFilters(search, "category"), zone));
  const byPrice = useQuery(facetsQuery(clearFilters(search, "price"), zone));
  const byFormat = useQuery(facetsQuery(clearFilters(search, "format"), zone));
  const byPlace = useQuery(facetsQuery(clearFilters(search, "place"), zone));
  const byLanguage = useQuery(facetsQuery(clearFilters(search, "language"), zone));
  const words = useFilterWords(byPrice.data, results.data?.pages[0]?.items[0]);
  return (
    <FilterBar
      search={search}
      onChange={onChange}
      hasListBelow={hasListBelow}
      counts={{
        all: all.data,
        byCategory: byCategory.data,
        byPrice: byPrice.data,
        byFormat: byFormat.data,
        byPlace: byPlace.data,
        byLanguage: byLanguage.data,
        words,
      }}
    />
  );
}

/** The number of results, announced to screen readers; below rows, phones have the order here, next to the list. */
function Total({
  search,
  isBelowRows,
  onChange,
}: {
  search: CatalogSearch;
  isBelowRows: boolean;
  onChange: ChangeSearch;
}) {
  const t = useTexts();
  const zone = useZone();
  const { data, isPlaceholderData } = useQuery(facetsQuery(search, zone));
  const total = data && totalWords(data);
  const isSearch = search.search !== undefined && !isPlaceholderData;
  return (
    <>
      <div className={cn("flex items-center", !isBelowRows && "sr-only")}>
        <h2 id="found" className="text-xl">
          {t(isBelowRows ? "home.all" : "catalog.list")}
        </h2>
        {isBelowRows && <SortSelect search={search} onChange={onChange} className="lg:hidden" />}
      </div>
      <p role="status" className="tabular mb-5 min-h-6 text-sm text-ink-soft">
        {total &&
          (isSearch
            ? t("catalog.count_for", { ...total, search: search.search })
            : t("catalog.count", total))}
      </p>
    </>
  );
}
