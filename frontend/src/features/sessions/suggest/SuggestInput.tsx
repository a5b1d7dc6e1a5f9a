import { useQuery } from "@tanstack/react-query";
import { Search, Tag } from "lucide-react";
import { type KeyboardEvent, type Ref, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "~/components/Avatar";
import { listSessionsLimits } from "~/lib/api/queryLimits";
import { cn } from "~/lib/cn";
import { useDebounced } from "~/lib/hooks/useDebounced";
import { useCategoryName } from "../category";
import { normalizeSearch } from "../search";
import { useTexts } from "../texts";
import { type Destination, type Suggestion, suggestionsQuery } from "./suggestions";

const PAUSE_MS = 80;
const NONE: Suggestion[] = [];

/**
 * A search field with suggestions (ARIA combobox with a list). Focus stays in the field: arrows choose, Enter opens what
 * is chosen or else submits, Escape closes the list and only then clears the field.
 */
export function SuggestInput({
  text,
  onText,
  onOpen,
  className,
  ref,
}: {
  text: string;
  onText: (text: string) => void;
  onOpen: (destination: Destination) => void;
  className?: string;
  ref?: Ref<HTMLInputElement>;
}) {
  const { t } = useTranslation();
  const texts = useTexts();
  const listId = useId();
  const [isOpen, setOpen] = useState(false);
  const [activeId, setActiveId] = useState<string | null>(null);
  const typed = useDebounced(normalizeSearch(text) ?? "", PAUSE_MS);
  const { data = NONE } = useQuery({
    ...suggestionsQuery(typed, useCategoryName()),
    enabled: isOpen && typed !== "",
  });
  const suggestions = isOpen && typed ? data : NONE;
  const active = suggestions.find(({ id }) => id === activeId);
  const optionId = ({ id }: Suggestion) => `${listId}-${id}`;

  function close() {
    setOpen(false);
    setActiveId(null);
  }

  function open(suggestion: Suggestion) {
    close();
    onOpen(suggestion.destination);
  }

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setOpen(true);
      // one place more than there are suggestions: the field itself
      const places = suggestions.length + 1;
      const place = active ? suggestions.indexOf(active) + 1 : 0;
      setActiveId(suggestions[((place + step + places) % places) - 1]?.id ?? null);
    } else if (event.key === "Enter") {
      if (active) {
        event.preventDefault();
        open(active);
      } else close();
    } else if (event.key === "Escape" && suggestions.length > 0) {
      event.preventDefault();
      close();
    }
  }

  return (
    <>
      <input
        ref={ref}
        type="search"
        name="search"
        dir="auto"
        role="combobox"
        aria-label={t("search.label")}
        aria-autocomplete="list"
        aria-expanded={suggestions.length > 0}
        aria-controls={listId}
        aria-activedescendant={active && optionId(active)}
        value={text}
        maxLength={listSessionsLimits.search.maxLength}
        autoComplete="off"
        enterKeyHint="search"
        placeholder={t("search.placeholder")}
        onChange={({ target }) => {
          onText(target.value);
          setOpen(true);
          setActiveId(null);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
        className={className}
      />
      <div
        id={listId}
        role="listbox"
        aria-label={texts("suggest.label")}
        hidden={suggestions.length === 0}
        className="absolute inset-x-0 top-full z-40 mt-2 max-h-[60vh] overflow-y-auto rounded-card border border-line bg-raised p-2 shadow-soft"
      >
        {suggestions.map((each) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          <div
            key={each.id}
            id={optionId(each)}
            role="option"
            tabIndex={-1}
            aria-selected={each === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => open(each)}
            className={cn(
              "flex min-h-11 cursor-pointer items-center gap-3 rounded-control px-3 py-2 text-sm hover:bg-sunk",
              each === active && "bg-sunk outline-2 outline-accent",
            )}
          >
            <Picture suggestion={each} />
            <span dir="auto" className="min-w-0 flex-1 truncate">
              {each.text}
            </span>
            <span className="shrink-0 text-xs text-ink-soft">{texts(`suggest.${each.kind}`)}</span>
          </div>
        ))}
      </div>
      <span role="status" className="sr-only">
        {suggestions.length > 0 && <span>{texts("suggest.found", { count: suggestions.length })}</span>}
      </span>
    </>
  );
}

function Picture({ suggestion: { kind, person } }: { suggestion: Suggestion }) {
  if (person) return <Avatar person={person} size="sm" />;
  const Icon = kind === "category" ? Tag : Search;
  return <Icon aria-hidden className="size-4 shrink-0 text-ink-faint" />;
}
