import { type CatalogSearch, SORTS, sortOf } from "../search";
import { useTexts } from "../texts";
import type { Change } from "./useCatalog";

/** In which order. The best matches first is offered only where something is searched. */
export function SortSelect({ search, onChange }: { search: CatalogSearch; onChange: Change }) {
  const t = useTexts();
  const sort = sortOf(search);
  const usual = sortOf({ search: search.search });
  return (
    <label className="ml-auto">
      <span className="sr-only">{t("sort.label")}</span>
      <select
        value={sort}
        onChange={({ target }) => {
          const chosen = SORTS.find((each) => each === target.value);
          onChange({ sort: chosen === usual ? undefined : chosen });
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
