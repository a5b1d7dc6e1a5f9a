import { CategoryFilter } from "./CategoryFilter";
import { DateFilter } from "./DateFilter";
import { DurationFilter } from "./DurationFilter";
import type { FilterBarProps, WithControl } from "./filters";
import { PriceFilter } from "./PriceFilter";

export function FilterContent({ filter, counts, ...given }: FilterBarProps & { filter: WithControl }) {
  switch (filter) {
    case "category":
      return <CategoryFilter {...given} facets={counts.byCategory} />;
    case "price":
      return <PriceFilter {...given} facets={counts.byPrice} bandWords={counts.words.bandWords} />;
    case "duration":
      return <DurationFilter {...given} />;
    case "date":
      return <DateFilter {...given} />;
  }
}
