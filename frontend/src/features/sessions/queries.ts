import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { api, type Page, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { queryKeys } from "~/lib/api/queryKeys";
import { meQuery } from "~/lib/auth/me";
import { loadOffsets } from "~/lib/time/offsets";
import { browserZone } from "~/lib/time/zone";
import { type CatalogSearch, effectiveSort } from "./search";

export type Session = Schema<"SessionOut">;
export type Facets = Schema<"FacetsOut">;

/** Whether the session takes bookings: neither paused by its creator nor hidden by staff. */
export function isForSale({ status, moderation }: Pick<Session, "status" | "moderation">): boolean {
  return status === "active" && !moderation;
}

export type FoundPage = Page<Session> & { isRelaxed: boolean; corrected: string | null };

const PAGE = 12;
const MAX_FEATURED = 4;
const HALF_AN_HOUR = 30 * 60_000;

/**
 * The API parameters of a search. Days become instants in the viewer's zone; the time zone library is loaded only for
 * them, and the currency only for prices.
 */
export async function toApiFilters(
  client: QueryClient,
  { search, category, tag, creator, format, place, language, ...rest }: CatalogSearch,
  zone: string,
) {
  const { from, to, min_price, max_price, min_duration, max_duration } = rest;
  const { addDays, startOfDay } = from || to ? await import("~/lib/time/days") : NO_DATES;
  const hasPrice = min_price !== undefined || max_price !== undefined;
  const digits = hasPrice ? (await client.ensureQueryData(marketplaceQuery)).currency_digits : 0;
  if (from || to) await loadOffsets(zone);
  return {
    search,
    category,
    tag,
    creator,
    format,
    place,
    language,
    min_price: amountOf(min_price, digits),
    max_price: amountOf(max_price, digits),
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
    queryFn: async ({ client, signal }): Promise<FoundPage> => {
      const query = {
        ...(await toApiFilters(client, search, zone)),
        ordering: effectiveSort(search),
        limit: PAGE,
      };
      const request = foundPage(
        api.GET("/api/sessions", { params: { query: { ...query, cursor: cursor ?? undefined } }, signal }),
      );
      // on a date, what has a time then comes before what only may have one; the creator has two days to answer
      if ((search.from || search.to) && !search.sort && !search.search) {
        const page = await request;
        return {
          ...page,
          items: [...page.items].sort((one, other) => Number(one.is_open) - Number(other.is_open)),
        };
      }
      // without a search, put featured sessions first
      if (cursor || Object.keys(search).length > 0) return request;
      const [featured, page] = await Promise.all([featuredSessions(signal), request]);
      return { ...page, items: uniqueById([...featured, ...page.items]) };
    },
    staleTime: 30_000,
    retry: false,
  });
}

/** A page with what the API says of its search: whether it matches only most words, and what was searched instead. */
async function foundPage(call: Promise<{ data?: Session[]; response: Response }>): Promise<FoundPage> {
  const page = await unwrapPage(call);
  const { headers } = (await call).response;
  const corrected = headers.get("x-search-corrected");
  return {
    ...page,
    isRelaxed: headers.has("x-search-relaxed"),
    corrected: corrected === null ? null : decodeURIComponent(corrected),
  };
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
    getNextPageParam: ({ next }: FoundPage) => next,
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

/** An amount as the API takes it. A whole one is the same in every currency: the head of the page asks for free sessions. */
function amountOf(amount: number | undefined, digits: number): string | undefined {
  return Number.isInteger(amount) ? String(amount) : amount?.toFixed(digits);
}

/** Counts of sessions under these filters, by category and by price. */
export function facetsQuery({ sort: _, ...search }: CatalogSearch, zone: string) {
  return queryOptions({
    queryKey: queryKeys.sessions.facets(search, zoneForDates(search, zone)),
    queryFn: async ({ client, signal }): Promise<Facets> =>
      unwrap(
        api.GET("/api/sessions/facets", {
          params: { query: await toApiFilters(client, search, zone) },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function sessionQuery(id: string) {
  return queryOptions({
    queryKey: queryKeys.sessions.one(id),
    queryFn: ({ signal }): Promise<Session> =>
      unwrap(api.GET("/api/sessions/{session_id}", { params: { path: { session_id: id } }, signal })),
  });
}

/** The zone whose days a viewer searches by, outside of components. */
export function viewerZone(client: QueryClient): string {
  return client.getQueryData(meQuery.queryKey)?.time_zone ?? browserZone();
}

/** Prefetches the first page of the catalog while its code is loading. */
export async function prefetchCatalog(client: QueryClient, search: CatalogSearch): Promise<void> {
  const zone = viewerZone(client);
  void client.prefetchQuery(facetsQuery(search, zone));
  await client.prefetchInfiniteQuery(catalogQuery(client, search, zone));
}
