import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { api, type Page, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { meQuery } from "~/lib/auth/me";
import { browserZone } from "~/lib/time/zone";
import { type CatalogSearch, effectiveSort } from "./search";

export type Session = Schema<"SessionOut">;
export type Facets = Schema<"FacetsOut">;

const PAGE = 12;
const MAX_FEATURED = 4;
const HALF_AN_HOUR = 30 * 60_000;

/**
 * The API parameters of a search. Days become instants in the viewer's zone; the time zone library is loaded only for
 * them.
 */
async function toApiFilters({ search, category, tag, creator, ...rest }: CatalogSearch, zone: string) {
  const { from, to, min_price, max_price, min_duration, max_duration } = rest;
  const { addDays, startOfDay } = from || to ? await import("~/lib/time/days") : NO_DATES;
  return {
    search,
    category,
    tag,
    creator,
    min_price: min_price?.toFixed(2),
    max_price: max_price?.toFixed(2),
    min_duration,
    max_duration,
    available_from: from && startOfDay(from, zone),
    available_to: to && startOfDay(addDays(to), zone),
  };
}

/** Only days depend on the zone, so other searches keep their key when it becomes known. */
function zoneForDates({ from, to }: CatalogSearch, zone: string): string | null {
  return from || to ? zone : null;
}

const NO_DATES = { addDays: (day: string) => day, startOfDay: (day: string) => day };

function pageQuery(search: CatalogSearch, zone: string, cursor: string | null) {
  return queryOptions({
    queryKey: queryKeys.sessions.page(search, zoneForDates(search, zone), cursor),
    queryFn: async ({ signal }): Promise<Page<Session>> => {
      const query = { ...(await toApiFilters(search, zone)), ordering: effectiveSort(search), limit: PAGE };
      const request = unwrapPage(
        api.GET("/api/sessions", { params: { query: { ...query, cursor: cursor ?? undefined } }, signal }),
      );
      // without a search, put featured sessions first
      if (cursor || Object.keys(search).length > 0) return request;
      const [featured, page] = await Promise.all([featuredSessions(signal), request]);
      return { ...page, items: uniqueById([...featured, ...page.items]) };
    },
    staleTime: 30_000,
    retry: false,
  });
}

async function featuredSessions(signal: AbortSignal): Promise<Session[]> {
  const query = { featured: true, limit: MAX_FEATURED };
  return unwrap(api.GET("/api/sessions", { params: { query }, signal })).catch(() => []);
}

/** Removes duplicates, keeping the first. */
export function uniqueById(sessions: Session[]): Session[] {
  return [...new Map(sessions.map((session) => [session.id, session])).values()];
}

/** The catalog, paged. Kept for half an hour, so that going back restores the position. */
export function catalogQuery(client: QueryClient, search: CatalogSearch, zone: string) {
  return infiniteQueryOptions({
    queryKey: queryKeys.sessions.catalog(search, zoneForDates(search, zone)),
    queryFn: ({ pageParam }) => client.fetchQuery(pageQuery(search, zone, pageParam)),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: Page<Session>) => next,
    gcTime: HALF_AN_HOUR,
    placeholderData: keepPreviousData,
  });
}

/** Prefetches the page after the last visible one. */
export function prefetchNextPage(
  client: QueryClient,
  search: CatalogSearch,
  zone: string,
  pages: Page<Session>[],
) {
  const next = pages.at(-1)?.next;
  if (next) void client.prefetchQuery(pageQuery(search, zone, next));
}

/** Counts of sessions under these filters, by category and by price. */
export function facetsQuery({ sort: _, ...search }: CatalogSearch, zone: string) {
  return queryOptions({
    queryKey: queryKeys.sessions.facets(search, zoneForDates(search, zone)),
    queryFn: async ({ signal }): Promise<Facets> =>
      unwrap(
        api.GET("/api/sessions/facets", { params: { query: await toApiFilters(search, zone) }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** The price bands cover every session, so their sum is the total. */
export function totalCount({ price_bands }: Facets): number {
  return price_bands.reduce((sum, { count }) => sum + count, 0);
}

export function sessionQuery(id: string) {
  return queryOptions({
    queryKey: queryKeys.sessions.one(id),
    queryFn: ({ signal }): Promise<Session> =>
      unwrap(api.GET("/api/sessions/{session_id}", { params: { path: { session_id: id } }, signal })),
  });
}

/** Prefetches the first page of the catalog while its code is loading. */
export function prefetchCatalog(client: QueryClient, search: CatalogSearch): void {
  const zone = client.getQueryData(meQuery.queryKey)?.time_zone ?? browserZone();
  void client.prefetchInfiniteQuery(catalogQuery(client, search, zone));
  void client.prefetchQuery(facetsQuery(search, zone));
}
