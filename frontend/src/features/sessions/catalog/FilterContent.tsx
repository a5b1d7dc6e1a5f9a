import { CategoryFilter } from "./CategoryFilter";
import { DateFilter } from "./DateFilter";
import { DurationFilter } from "./DurationFilter";
import type { FilterBarProps, WithControl } from "./filters";
import { PriceFilter } from "./PriceFilter";

export function FilterContent({ filter, counts, ...props }: FilterBarProps & { filter: WithControl }) {
  switch (filter) {
    case "category":
      return <CategoryFilter {...props} facets={counts.byCategory} />;
    case "price":
      return <PriceFilter {...props} facets={counts.byPrice} bandWords={counts.words.bandWords} />;
    case "duration":
      return <DurationFilter {...props} />;
    case "date":
      return <DateFilter {...props} />;
  }
}
