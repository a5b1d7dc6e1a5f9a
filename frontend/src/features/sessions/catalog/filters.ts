import type { Facets } from "../queries";
import { activeFilters, type CatalogSearch, FILTERS, type Filter } from "../search";
import type { ChangeSearch } from "./useCatalog";
import type { FilterWords } from "./useFilterWords";

/** The counts of the filters: the total, and the counts of each filter without itself applied. */
export type Counts = {
  total: number | undefined;
  byCategory: Facets | undefined;
  byPrice: Facets | undefined;
  words: FilterWords;
};

export type FilterProps = { search: CatalogSearch; onChange: ChangeSearch };
export type FilterBarProps = FilterProps & { counts: Counts };

/** The filters that have a control, in their order. */
export const WITH_CONTROL = ["category", "price", "duration", "date"] as const satisfies Filter[];
export type WithControl = (typeof WITH_CONTROL)[number];

/** What a filter is set to, in words; `null` when it is off. */
export function filterValue(
  filter: Filter,
  { search, counts }: Omit<FilterBarProps, "onChange">,
): string | null {
  return activeFilters(search).includes(filter) ? counts.words.say(filter, search) : null;
}

/** The change that switches filters off. */
export function withoutFilters(filters: Filter[]): CatalogSearch {
  return Object.fromEntries(filters.flatMap((filter) => FILTERS[filter]).map((key) => [key, undefined]));
}
