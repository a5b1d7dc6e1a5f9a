import { useSuspenseQuery } from "@tanstack/react-query";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { categoryGlyph } from "../Cover";
import { useCategoryName } from "../category";
import { countText } from "../counts";
import type { Facets } from "../queries";
import { useTexts } from "../texts";
import { Choices } from "./Choices";
import type { FilterProps } from "./filters";

/** Selects a category, with the number of sessions under the other filters. */
export function CategoryFilter({ search, onChange, facets }: FilterProps & { facets: Facets | undefined }) {
  const t = useTexts();
  const name = useCategoryName();
  const { categories } = useSuspenseQuery(marketplaceQuery).data;
  const count = (category: string) =>
    facets && countText(facets.categories.find((each) => each.category === category)?.count ?? 0, facets);
  return (
    <Choices
      legend={t("filters.category")}
      value={search.category ?? ""}
      onChoose={(value) => onChange({ category: value || undefined })}
      choices={[
        { value: "", label: t("filters.all_categories") },
        ...categories.map((category) => {
          const Glyph = categoryGlyph(category);
          return {
            value: category,
            count: count(category),
            label: (
              <>
                <Glyph aria-hidden className="size-4 text-ink-faint" />
                <span>{name(category)}</span>
              </>
            ),
          };
        }),
      ]}
    />
  );
}
