import { CategoryFilter } from "./CategoryFilter";
import { DateFilter } from "./DateFilter";
import { DurationFilter } from "./DurationFilter";
import type { FilterBarProps, WithControl } from "./filters";
import { PriceFilter } from "./PriceFilter";
import { ValueFilter } from "./ValueFilter";

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
    case "format":
      return <ValueFilter {...props} filter={filter} facets={counts.byFormat} say={counts.words.say} />;
    case "place":
      return <ValueFilter {...props} filter={filter} facets={counts.byPlace} say={counts.words.say} />;
    case "language":
      return <ValueFilter {...props} filter={filter} facets={counts.byLanguage} say={counts.words.say} />;
  }
}
