import { cn } from "~/lib/cn";
import { type CatalogSearch, effectiveSort, SORTS } from "../search";
import { useTexts } from "../texts";
import type { ChangeSearch } from "./useCatalog";

/** Selects the order. "Best match" is offered only for a search. */
export function SortSelect({
  search,
  onChange,
  className,
}: {
  search: CatalogSearch;
  onChange: ChangeSearch;
  className?: string | undefined;
}) {
  const t = useTexts();
  const sort = effectiveSort(search);
  const defaultSort = effectiveSort({ search: search.search });
  return (
    <label className={cn("ml-auto", className)}>
      <span className="sr-only">{t("sort.label")}</span>
      <select
        value={sort}
        onChange={({ target }) => {
          const chosen = SORTS.find((each) => each === target.value);
          onChange({ sort: chosen === defaultSort ? undefined : chosen });
        }}
        className="chevron h-11 appearance-none field-sizing-content rounded-control bg-transparent bg-no-repeat pr-9 pl-3 text-sm font-medium hover:bg-sunk"
      >
        {SORTS.filter((each) => each !== "relevance" || search.search).map((each) => (
          <option key={each} value={each}>
            {t(`sort.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
