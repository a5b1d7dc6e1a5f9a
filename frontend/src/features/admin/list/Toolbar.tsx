import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "~/components/Button";
import { adminListUsersLimits } from "~/lib/api/queryLimits";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { FilterChip } from "./FilterChip";
import { isSet, type Listing, searchKeys } from "./listing";
import { SearchInput } from "./SearchInput";

/** Search and filters of a list. */
export function Toolbar<Row extends { id: string }>({
  listing,
  search,
  onChange,
  end,
}: {
  listing: Listing<Row>;
  search: ListSearch;
  onChange: (change: ListSearch, options?: { replace?: boolean }) => void;
  end: ReactNode;
}) {
  const t = useTexts();
  const isNarrowed = listing.filters.some((filter) => isSet(filter, search));
  const clear = () =>
    onChange(Object.fromEntries(listing.filters.flatMap(searchKeys).map((key) => [key, undefined])));
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <SearchInput
        words={String(search.search ?? "")}
        label={t(`search.${listing.name}`)}
        maxLength={adminListUsersLimits.search.maxLength}
        onSearch={(words) => onChange({ search: words || undefined }, { replace: true })}
      />
      <div className="no-scrollbar flex items-center gap-2 max-md:-mx-4 max-md:w-screen max-md:overflow-x-auto max-md:px-4 max-md:py-1 md:flex-wrap">
        {listing.filters.map((filter) => (
          <FilterChip key={filter.name} filter={filter} search={search} onChange={onChange} />
        ))}
        {isNarrowed && (
          <Button variant="quiet" size="sm" onClick={clear}>
            <X aria-hidden className="size-4" />
            {t("filter.clear_all")}
          </Button>
        )}
      </div>
      <div className="ml-auto max-md:hidden">{end}</div>
    </search>
  );
}
