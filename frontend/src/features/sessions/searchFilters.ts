/** The filters of a search, and changes of it. Apart from `search.ts`, which every page loads. */
import { type CatalogSearch, validateCatalog } from "./search";

/** The filters, each with its parameters. */
export const FILTERS = {
  category: ["category"],
  tag: ["tag"],
  creator: ["creator"],
  price: ["min_price", "max_price"],
  duration: ["min_duration", "max_duration"],
  date: ["from", "to"],
  format: ["format"],
  place: ["place"],
  language: ["language"],
} as const satisfies Record<string, readonly (keyof CatalogSearch)[]>;

export type Filter = keyof typeof FILTERS;

export function activeFilters(search: CatalogSearch): Filter[] {
  return (Object.keys(FILTERS) as Filter[]).filter((filter) =>
    FILTERS[filter].some((key) => search[key] !== undefined),
  );
}

/** The search without these filters. */
export function clearFilters(search: CatalogSearch, ...filters: Filter[]): CatalogSearch {
  const keys = new Set<string>(filters.flatMap((filter) => FILTERS[filter]));
  return Object.fromEntries(Object.entries(search).filter(([key]) => !keys.has(key)));
}

/** The search with a change applied; `undefined` clears a parameter. */
export function applyChange(search: CatalogSearch, change: CatalogSearch): CatalogSearch {
  return validateCatalog({ ...search, ...change });
}
