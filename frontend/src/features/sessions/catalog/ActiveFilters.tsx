import { X } from "lucide-react";
import { cn } from "~/lib/cn";
import type { CatalogSearch } from "../search";
import { activeFilters, type Filter } from "../searchFilters";
import { useTexts } from "../texts";
import { withoutFilters } from "./filters";
import type { ChangeSearch } from "./useCatalog";
import type { FilterWords } from "./useFilterWords";

const UNLABELLED: Filter[] = ["tag", "creator"];

/**
 * The active filters, each removable with one click. Where filter chips are shown, lists only filters without a chip.
 */
export function ActiveFilters({
  search,
  onChange,
  words,
}: {
  search: CatalogSearch;
  onChange: ChangeSearch;
  words: FilterWords;
}) {
  const t = useTexts();
  const active = activeFilters(search);
  if (active.length === 0) return null;
  const isAllInChips = active.every((filter) => !UNLABELLED.includes(filter));
  return (
    <ul
      aria-label={t("filters.active")}
      className={cn("no-scrollbar -mx-4 flex gap-2 overflow-x-auto px-4", isAllInChips && "lg:hidden")}
    >
      {active.map((filter) => {
        const announcement = words.say(filter, search);
        return (
          <li key={filter} className={cn("shrink-0", !UNLABELLED.includes(filter) && "lg:hidden")}>
            <button
              type="button"
              aria-label={t("filters.remove", { filter: announcement })}
              onClick={() => onChange(withoutFilters([filter]))}
              className="inline-flex h-9 items-center gap-1.5 rounded-full bg-accent-soft pr-2.5 pl-3.5 text-sm font-medium text-accent-strong transition-colors hover:bg-accent/25"
            >
              <span>{announcement}</span>
              <X aria-hidden className="size-4" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
