import type { Facets } from "../queries";
import type { CatalogSearch } from "../search";
import { activeFilters, FILTERS, type Filter } from "../searchFilters";
import type { ChangeSearch } from "./useCatalog";
import type { FilterWords } from "./useFilterWords";

/** Counts for the filters: with all of them, and for each filter the counts without that filter applied. */
export type Counts = {
  all: Facets | undefined;
  byCategory: Facets | undefined;
  byPrice: Facets | undefined;
  byFormat: Facets | undefined;
  byPlace: Facets | undefined;
  byLanguage: Facets | undefined;
  words: FilterWords;
};

export type FilterProps = { search: CatalogSearch; onChange: ChangeSearch };
export type FilterBarProps = FilterProps & { counts: Counts };

/** Filters that have a control, in display order. */
export const WITH_CONTROL = [
  "category",
  "price",
  "duration",
  "date",
  "format",
  "place",
  "language",
] as const satisfies Filter[];
export type WithControl = (typeof WITH_CONTROL)[number];

/** The filters to offer: all but those whose values no session has. */
export function offeredFilters({ search, counts }: Omit<FilterBarProps, "onChange">): WithControl[] {
  const isEmpty: Partial<Record<WithControl, boolean>> = {
    format: counts.byFormat?.formats.length === 0,
    place: counts.byPlace?.places.length === 0,
    language: counts.byLanguage?.languages.length === 0,
  };
  const active: Filter[] = activeFilters(search);
  return WITH_CONTROL.filter((filter) => !isEmpty[filter] || active.includes(filter));
}

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
