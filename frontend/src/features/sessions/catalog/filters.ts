import type { Facets } from "../queries";
import { activeFilters, type CatalogSearch, FILTERS, type Filter } from "../search";
import type { ChangeSearch } from "./useCatalog";
import type { FilterWords } from "./useFilterWords";

/** Counts for the filters: the total, and for each filter the counts without that filter applied. */
export type Counts = {
  total: number | undefined;
  byCategory: Facets | undefined;
  byPrice: Facets | undefined;
  words: FilterWords;
};

export type FilterProps = { search: CatalogSearch; onChange: ChangeSearch };
export type FilterBarProps = FilterProps & { counts: Counts };

/** Filters that have a control, in display order. */
export const WITH_CONTROL = ["category", "price", "duration", "date"] as const satisfies Filter[];
export type WithControl = (typeof WITH_CONTROL)[number];

/** The value of a filter as text; `null` if it is off. */
export function filterValue(
  filter: Filter,
  { search, counts }: Omit<FilterBarProps, "onChange">,
): string | null {
  return activeFilters(search).includes(filter) ? counts.words.say(filter, search) : null;
}

/** The change that clears filters. */
export function withoutFilters(filters: Filter[]): CatalogSearch {
  return Object.fromEntries(filters.flatMap((filter) => FILTERS[filter]).map((key) => [key, undefined]));
}
