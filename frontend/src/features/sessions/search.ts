/** What the catalog is asked for, as it stands in the address: so that back, reload and sharing work. */
import type { Schema } from "~/lib/api/client";
import { listSessionsLimits, sessionLimits } from "~/lib/api/limits";

export const SORTS = [
  "relevance",
  "-created_at",
  "price",
  "-price",
  "duration",
  "-duration",
  "title",
] as const;
export type Sort = (typeof SORTS)[number];

export type CatalogSearch = {
  search?: string;
  category?: string;
  tag?: string;
  /** A creator's id. */
  creator?: string;
  min_price?: number;
  max_price?: number;
  /** Minutes. */
  min_duration?: number;
  max_duration?: number;
  /** Days of the viewer's calendar, "2026-12-03". */
  from?: string;
  to?: string;
  /** Absent: the best matches of a search, else the newest. */
  sort?: Sort;
};

/** What can be switched off, each with all that belongs to it. */
export const FILTERS = {
  category: ["category"],
  tag: ["tag"],
  creator: ["creator"],
  price: ["min_price", "max_price"],
  duration: ["min_duration", "max_duration"],
  date: ["from", "to"],
} as const satisfies Record<string, readonly (keyof CatalogSearch)[]>;

export type Filter = keyof typeof FILTERS;

export type Category = Schema<"FacetsOut">["categories"][number];

const MAX_SEARCH = listSessionsLimits.search.maxLength;
const WORDS_MOST = 12;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What of an address makes sense; the rest is left out. */
export function validateCatalog(given: Record<string, unknown>): CatalogSearch {
  const search = searchable(given.search);
  const [min_price, max_price] = bounds(given.min_price, given.max_price, sessionLimits.price.maximum, 100);
  const [min_duration, max_duration] = bounds(
    given.min_duration,
    given.max_duration,
    listSessionsLimits.max_duration.maximum,
    1,
  );
  const [from, to] = [day(given.from), day(given.to)];
  const sort = SORTS.find((each) => each === given.sort);
  return present({
    search,
    category: word(given.category),
    tag: word(given.tag),
    creator: typeof given.creator === "string" && UUID.test(given.creator) ? given.creator : undefined,
    min_price,
    max_price,
    min_duration,
    max_duration,
    from,
    to: from && to && to < from ? from : to,
    sort: sort === "relevance" && !search ? undefined : sort,
  });
}

/** A search as the API takes it: with a letter or digit, and of not too many words. */
export function searchable(given: unknown): string | undefined {
  const text = typeof given === "number" ? String(given) : typeof given === "string" ? given : "";
  const words = [...text.slice(0, MAX_SEARCH).matchAll(/[\p{L}\p{N}]+/gu)];
  const last = words.at(Math.min(words.length, WORDS_MOST) - 1);
  if (!last) return undefined;
  return words.length > WORDS_MOST
    ? text.slice(0, last.index + last[0].length).trim()
    : text.slice(0, MAX_SEARCH).trim();
}

export function activeFilters(search: CatalogSearch): Filter[] {
  return (Object.keys(FILTERS) as Filter[]).filter((filter) =>
    FILTERS[filter].some((key) => search[key] !== undefined),
  );
}

/** The same without these filters. */
export function without(search: CatalogSearch, ...filters: Filter[]): CatalogSearch {
  const keys = new Set<string>(filters.flatMap((filter) => FILTERS[filter]));
  return Object.fromEntries(Object.entries(search).filter(([key]) => !keys.has(key)));
}

/** The same with some of it changed; `undefined` takes away. */
export function changed(search: CatalogSearch, change: CatalogSearch): CatalogSearch {
  return validateCatalog({ ...search, ...change });
}

export function sortOf({ search, sort }: CatalogSearch): Sort {
  return sort ?? (search ? "relevance" : "-created_at");
}

function word(given: unknown): string | undefined {
  const text = typeof given === "number" ? String(given) : given;
  return typeof text === "string" && text.trim() && text.length <= 50 ? text.trim() : undefined;
}

function day(given: unknown): string | undefined {
  if (typeof given !== "string" || !/^\d{4}-\d\d-\d\d$/.test(given)) return undefined;
  const date = new Date(`${given}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(given) ? given : undefined;
}

function bounds(
  least: unknown,
  most: unknown,
  limit: number,
  parts: number,
): [number | undefined, number | undefined] {
  const number = (given: unknown) => {
    const value = typeof given === "string" && given.trim() ? Number(given) : given;
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return undefined;
    return Math.round(Math.min(value, limit) * parts) / parts;
  };
  const [low, high] = [number(least), number(most)];
  return low !== undefined && high !== undefined && low > high ? [high, low] : [low, high];
}

function present(search: CatalogSearch): CatalogSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}
