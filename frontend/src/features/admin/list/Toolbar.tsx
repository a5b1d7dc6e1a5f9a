import { Search, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "~/components/Button";
import { adminListUsersLimits } from "~/lib/api/queryLimits";
import { useDebounced } from "~/lib/hooks/useDebounced";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { FilterChip } from "./FilterChip";
import { isSet, type Listing, searchKeys } from "./listing";

const DEBOUNCE_MS = 300;

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

/** Searches after a pause in typing. Follows the URL when it changes otherwise (such as the back button). */
function SearchInput({
  words,
  label,
  onSearch,
}: {
  words: string;
  label: string;
  onSearch: (words: string) => void;
}) {
  const [text, setText] = useState(words);
  const settled = useDebounced(text, DEBOUNCE_MS);
  const lastSent = useRef(words);
  const latest = useRef(onSearch);
  useEffect(() => {
    latest.current = onSearch;
  });
  useEffect(() => {
    if (settled.trim() === lastSent.current) return;
    lastSent.current = settled.trim();
    latest.current(lastSent.current);
  }, [settled]);
  useEffect(() => {
    if (words === lastSent.current) return;
    lastSent.current = words;
    setText(words);
  }, [words]);
  return (
    <label className="relative block w-full md:w-80">
      <span className="sr-only">{label}</span>
      <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
      <input
        dir="auto"
        type="search"
        value={text}
        maxLength={adminListUsersLimits.search.maxLength}
        placeholder={label}
        onChange={({ target }) => setText(target.value)}
        className="h-10 w-full rounded-control border border-line-strong/60 bg-surface pr-3 pl-9 text-sm placeholder:text-ink-faint hover:border-line-strong"
      />
    </label>
  );
}
