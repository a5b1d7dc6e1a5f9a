import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { categoryGlyph } from "../Cover";
import { useCategoryName } from "../category";
import type { CatalogSearch } from "../search";
import { applyChange } from "../searchFilters";
import { useTexts } from "../texts";

/** The categories, as a row that scrolls on phones. Choosing the chosen one again clears it. */
export function CategoryRow({ search }: { search: CatalogSearch }) {
  const t = useTexts();
  const name = useCategoryName();
  const { categories } = useSuspenseQuery(marketplaceQuery).data;
  return (
    <nav aria-label={t("home.categories")} className="mx-auto max-w-6xl">
      <ul
        data-scroll-restoration-id="categories"
        className="no-scrollbar flex snap-x scroll-px-4 gap-1 overflow-x-auto px-3 sm:scroll-px-6 sm:px-5"
      >
        {categories.map((category) => {
          const Glyph = categoryGlyph(category);
          const isChosen = search.category === category;
          return (
            <li key={category} className="shrink-0 snap-start">
              <Link
                to="/"
                search={applyChange(search, { category: isChosen ? undefined : category })}
                resetScroll={false}
                aria-current={isChosen || undefined}
                data-chosen={isChosen || undefined}
                className="flex h-16 min-w-20 flex-col items-center justify-center gap-1.5 rounded-control px-3 text-xs font-medium text-ink-soft transition-colors hover:bg-sunk hover:text-ink data-chosen:bg-accent-soft data-chosen:font-semibold data-chosen:text-accent-strong"
              >
                <Glyph aria-hidden strokeWidth={1.6} className="size-6" />
                <span className="whitespace-nowrap">{name(category)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
