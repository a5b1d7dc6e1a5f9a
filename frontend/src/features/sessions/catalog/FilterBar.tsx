import { ChevronDown, SlidersHorizontal } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "~/components/Button";
import { cn } from "~/components/cn";
import { Popover } from "~/components/Popover";
import type { CatalogSearch } from "../search";
import { useTexts } from "../texts";
import { ActiveFilters } from "./ActiveFilters";
import { SortSelect } from "./SortSelect";
import type { Change } from "./useCatalog";
import { type Counts, useFilterPanels } from "./useFilterPanels";

const FilterSheet = lazy(() => import("./FilterSheet"));

export type FilterBarProps = { search: CatalogSearch; onChange: Change; counts: Counts };

/** What narrows the catalog and what orders it: chips with panels where there is room, a sheet on phones. */
export function FilterBar({ search, onChange, counts }: FilterBarProps) {
  const t = useTexts();
  const { panels, active, clear } = useFilterPanels({ search, onChange, counts });
  const [isSheetOpen, setSheetOpen] = useState(false);
  return (
    <div className="sticky top-16 z-20 border-b border-transparent bg-ground/94 backdrop-blur">
      <div className="mx-auto flex max-w-6xl flex-col gap-3 px-4 py-3 sm:px-6">
        <div className="flex items-center gap-2">
          <div className="hidden flex-wrap gap-2 md:flex">
            {panels.map(({ filter, name, value, content }) => (
              <FilterChip key={filter} name={name} value={value}>
                {content}
              </FilterChip>
            ))}
            {active.length > 0 && (
              <Button look="quiet" size="sm" className="h-10" onClick={clear}>
                {t("filters.clear")}
              </Button>
            )}
          </div>
          <Button
            look="secondary"
            className="md:hidden"
            aria-haspopup="dialog"
            aria-expanded={isSheetOpen}
            onClick={() => setSheetOpen(true)}
          >
            <SlidersHorizontal aria-hidden className="size-4" />
            {active.length > 0 ? t("filters.title_count", { count: active.length }) : t("filters.title")}
          </Button>
          <SortSelect search={search} onChange={onChange} />
        </div>
        <ActiveFilters search={search} onChange={onChange} words={counts.words} />
      </div>
      {isSheetOpen && (
        <Suspense>
          <FilterSheet panels={panels} counts={counts} onClear={clear} onClose={() => setSheetOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

function FilterChip({
  name,
  value,
  children,
}: {
  name: string;
  value: string | null;
  children: React.ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      isOpen={isOpen}
      onOpen={setOpen}
      label={name}
      align="start"
      trigger={
        <button
          type="button"
          className={cn(
            "inline-flex h-10 max-w-60 items-center gap-2 rounded-full border px-4 text-sm font-medium transition-colors",
            value
              ? "border-accent bg-accent-soft text-accent-strong"
              : "border-line-strong/60 bg-surface hover:border-line-strong",
          )}
        >
          <span className="truncate">
            {value ? (
              <>
                <span className="sr-only">{name}: </span>
                {value}
              </>
            ) : (
              name
            )}
          </span>
          <ChevronDown aria-hidden className="size-4 shrink-0" />
        </button>
      }
    >
      {children}
    </Popover>
  );
}
