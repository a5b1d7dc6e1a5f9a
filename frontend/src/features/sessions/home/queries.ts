import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, type Schema, sendAsVisitor, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Day } from "~/lib/time/days";
import { loadOffsets } from "~/lib/time/offsets";
import { dateKey } from "~/lib/time/time";
import { quickRange } from "../catalog/dates";
import { type Session, toApiFilters } from "../queries";
import type { CatalogSearch } from "../search";

const ROW = 8;
const HALF_AN_HOUR = 30 * 60_000;
const MAX_BOOKINGS = 50;
const MAX_CATEGORIES = 2;

export const FREE: CatalogSearch = { max_price: 0 };

/** What the row of free sessions shows first. */
export const FREE_ROW: CatalogSearch = { ...FREE, sort: "-price" };

/** Sessions with a free time this weekend, soonest first. */
export function weekendSearch(today: Day): CatalogSearch {
  return { ...quickRange("weekend", today), sort: "next_slot" };
}

/**
 * The first sessions of a search. Asked for without the token: they are the same for everybody, so the server answers
 * from what it keeps.
 */
export function rowQuery(search: CatalogSearch, zone: string) {
  return queryOptions({
    queryKey: [...queryKeys.sessions.all, "row", search, search.from ? zone : null],
    queryFn: async ({ client, signal }): Promise<Session[]> => {
      const query = { ...(await toApiFilters(client, search, zone)), ordering: search.sort, limit: ROW };
      return unwrap(api.GET("/api/sessions", { params: { query }, signal, fetch: sendAsVisitor }));
    },
    gcTime: HALF_AN_HOUR,
    retry: false,
  });
}

/** Prefetches the rows that are the same for everybody, before the page is rendered. */
export async function prefetchRows(client: QueryClient, zone: string): Promise<void> {
  const free = client.prefetchQuery(rowQuery(FREE_ROW, zone));
  await loadOffsets(zone); // the days of the weekend depend on them
  await Promise.all([free, client.prefetchQuery(rowQuery(weekendSearch(dateKey(new Date(), zone)), zone))]);
}

/** What a person has booked: the categories booked most, and the sessions. */
export type Taste = { categories: string[]; sessions: string[] };

export type Recommended = { categories: string[]; sessions: Session[] };

/** The sessions that come soonest in the categories that a person has booked most. */
export function recommendedQuery(personId: string) {
  return queryOptions({
    queryKey: [...queryKeys.bookings.all, "recommended", personId],
    queryFn: async ({ client, signal }): Promise<Recommended> => {
      const query = { limit: MAX_BOOKINGS };
      const taste = tasteOf(await unwrap(api.GET("/api/bookings", { params: { query }, signal })));
      const searches = taste.categories.map(recommendedSearch);
      const found = await Promise.all(searches.map((search) => client.fetchQuery(rowQuery(search, ""))));
      return { categories: taste.categories, sessions: recommended(found, taste, personId) };
    },
    gcTime: HALF_AN_HOUR,
    retry: false,
  });
}

export function tasteOf(
  bookings: Pick<Schema<"BookingOut">, "session" | "session_details" | "status">[],
): Taste {
  const kept = bookings.filter(({ status }) => status !== "cancelled");
  const counts = new Map<string, number>();
  for (const { session_details } of kept) {
    const { category } = session_details;
    if (category) counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  const categories = [...counts].sort(([, one], [, other]) => other - one).map(([category]) => category);
  return { categories: categories.slice(0, MAX_CATEGORIES), sessions: kept.map(({ session }) => session) };
}

export function recommendedSearch(category: string): CatalogSearch {
  return { category, sort: "next_slot" };
}

/** The sessions with free seats that the person has not booked and does not teach, soonest first. */
export function recommended(found: Session[][], taste: Taste, personId: string): Session[] {
  return found
    .flat()
    .filter(({ id, creator, next_slot }) => next_slot && creator !== personId && !taste.sessions.includes(id))
    .sort((one, other) => startOf(one) - startOf(other))
    .slice(0, ROW);
}

function startOf({ next_slot }: Session): number {
  return next_slot ? Date.parse(next_slot.starts_at) : Number.POSITIVE_INFINITY;
}

/** The newest sessions of the first page, which begins with featured ones. */
export function newest(page: Session[]): Session[] {
  return [...page]
    .sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at))
    .slice(0, ROW);
}
