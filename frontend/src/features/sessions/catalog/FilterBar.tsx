import { SlidersHorizontal } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "~/components/Button";
import { activeFilters } from "../searchFilters";
import { useTexts } from "../texts";
import { ActiveFilters } from "./ActiveFilters";
import { FilterChip } from "./FilterChip";
import { type FilterBarProps, offeredFilters, withoutFilters } from "./filters";
import { SortSelect } from "./SortSelect";

const FilterSheet = lazy(() => import("./FilterSheet"));

/** Filters and order of the catalog: chips with popovers on wide windows, a sheet on phones. */
export function FilterBar({ hasListBelow = true, ...props }: FilterBarProps & { hasListBelow?: boolean }) {
  const t = useTexts();
  const { search, onChange, counts } = props;
  const active = activeFilters(search);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const clear = () => onChange(withoutFilters(active));
  return (
    <div data-filter-bar className="sticky top-16 z-20 scroll-mt-16 bg-ground/94 backdrop-blur">
      <div className="mx-auto flex max-w-6xl flex-col gap-3 px-4 py-3 sm:px-6">
        <div className="flex items-center gap-2">
          <div className="hidden flex-wrap gap-2 lg:flex">
            {offeredFilters(props)
              // the row above has the categories
              .filter((filter) => filter !== "category")
              .map((filter) => (
                <FilterChip key={filter} filter={filter} {...props} />
              ))}
            {active.length > 0 && (
              <Button variant="quiet" size="md" onClick={clear}>
                {t("filters.clear")}
              </Button>
            )}
          </div>
          <Button
            variant="secondary"
            className="lg:hidden"
            aria-haspopup="dialog"
            aria-expanded={isSheetOpen}
            onClick={() => setSheetOpen(true)}
          >
            <SlidersHorizontal aria-hidden className="size-4" />
            <span>
              {active.length > 0 ? t("filters.title_count", { count: active.length }) : t("filters.title")}
            </span>
          </Button>
          <SortSelect
            search={search}
            onChange={onChange}
            className={hasListBelow ? undefined : "max-lg:hidden"}
          />
        </div>
        <ActiveFilters search={search} onChange={onChange} words={counts.words} />
      </div>
      {isSheetOpen && (
        <Suspense>
          <FilterSheet {...props} onClear={clear} onClose={() => setSheetOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
