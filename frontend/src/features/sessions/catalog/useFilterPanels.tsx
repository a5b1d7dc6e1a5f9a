import type { ReactNode } from "react";
import type { Facets } from "../queries";
import { activeFilters, type CatalogSearch, FILTERS, type Filter } from "../search";
import { useTexts } from "../texts";
import { CategoryFilter } from "./CategoryFilter";
import { DateFilter } from "./DateFilter";
import { DurationFilter } from "./DurationFilter";
import { PriceFilter } from "./PriceFilter";
import type { Change } from "./useCatalog";
import type { FilterWords } from "./useFilterWords";

/** What the filters have beside them: the total, and counts that leave out the filter they stand at. */
export type Counts = {
  total: number | undefined;
  byCategory: Facets | undefined;
  byPrice: Facets | undefined;
  words: FilterWords;
};

export type Panel = { filter: Filter; name: string; value: string | null; content: ReactNode };

/** The filters that have a control, with what they are set to. */
export function useFilterPanels({
  search,
  onChange,
  counts,
}: {
  search: CatalogSearch;
  onChange: Change;
  counts: Counts;
}) {
  const t = useTexts();
  const active = activeFilters(search);
  const given = { search, onChange };
  const panel = (filter: Exclude<Filter, "tag" | "creator">, content: ReactNode): Panel => ({
    filter,
    name: t(`filters.${filter}`),
    value: active.includes(filter) ? counts.words.say(filter, search) : null,
    content,
  });
  return {
    active,
    clear: () => onChange(nothing(active)),
    panels: [
      panel("category", <CategoryFilter {...given} facets={counts.byCategory} />),
      panel("price", <PriceFilter {...given} facets={counts.byPrice} bandWords={counts.words.bandWords} />),
      panel("duration", <DurationFilter {...given} />),
      panel("date", <DateFilter {...given} />),
    ],
  };
}

/** The change that switches filters off. */
export function nothing(filters: Filter[]): CatalogSearch {
  return Object.fromEntries(filters.flatMap((filter) => FILTERS[filter]).map((key) => [key, undefined]));
}
