import { useQuery } from "@tanstack/react-query";
import { ChevronDown, X } from "lucide-react";
import { useState } from "react";
import { Popover } from "~/components/Popover";
import { displayName } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import type { ListSearch } from "../search";
import { sessionRecordQuery } from "../sessions/queries";
import { useTexts } from "../texts";
import { accountQuery } from "../users/queries";
import { FilterControl } from "./FilterControl";
import { type Filter, isSet, searchKeys } from "./listing";

const INPUT_DELAY =
  "inline-flex h-10 items-center text-sm font-medium transition-colors focus-visible:-outline-offset-2";

/** A filter: shows its name or value, opens its control, and can be cleared with one click. */
export function FilterChip({
  filter,
  search,
  onChange,
}: {
  filter: Filter;
  search: ListSearch;
  onChange: (change: ListSearch) => void;
}) {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  const isOn = isSet(filter, search);
  return (
    <span
      className={cn(
        "inline-flex max-w-72 shrink-0 rounded-full border",
        isOn
          ? "border-accent bg-accent-soft text-accent-strong"
          : "border-dashed border-line-strong bg-surface",
      )}
    >
      <Popover
        isOpen={isOpen}
        onOpen={setOpen}
        label={filter.label}
        align="start"
        trigger={
          <button
            type="button"
            className={cn(INPUT_DELAY, "min-w-0 gap-1.5 rounded-full pl-3.5", isOn ? "pr-1.5" : "pr-3")}
          >
            <span className="truncate">
              <span>{filter.label}</span>
              {isOn && (
                <>
                  <span>{": "}</span>
                  <Setting filter={filter} search={search} />
                </>
              )}
            </span>
            {!isOn && <ChevronDown aria-hidden className="size-4 shrink-0 text-ink-faint" />}
          </button>
        }
      >
        <FilterControl filter={filter} search={search} onChange={onChange} onClose={() => setOpen(false)} />
      </Popover>
      {isOn && (
        <button
          type="button"
          aria-label={t("filter.clear", { name: filter.label })}
          onClick={() => onChange(Object.fromEntries(searchKeys(filter).map((key) => [key, undefined])))}
          className={cn(INPUT_DELAY, "w-9 shrink-0 justify-center rounded-full")}
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </span>
  );
}

/** The value of a filter as text. */
function Setting({ filter, search }: { filter: Filter; search: ListSearch }) {
  const t = useTexts();
  if (!("from" in filter)) {
    const value = String(search[filter.name]);
    if (filter.kind === "person") return <PersonName id={value} />;
    if (filter.kind === "session") return <SessionTitle id={value} />;
    return "options" in filter && filter.options.find((option) => option.value === value)?.label;
  }
  const [from, to] = [search[filter.from], search[filter.to]];
  if (from === undefined) return t("filter.until", { to });
  return to === undefined ? t("filter.since", { from }) : t("filter.between", { from, to });
}

function PersonName({ id }: { id: string }) {
  const { data } = useQuery(accountQuery(id));
  return data ? displayName(data) : id.slice(0, 8);
}

function SessionTitle({ id }: { id: string }) {
  const { data } = useQuery(sessionRecordQuery(id));
  return data?.title ?? id.slice(0, 8);
}
