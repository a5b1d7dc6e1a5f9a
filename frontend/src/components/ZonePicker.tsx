import { Check, ChevronsUpDown } from "lucide-react";
import { type ComponentProps, type KeyboardEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "~/lib/cn";
import { useOffsets, usePresentOffsets } from "~/lib/time/offsets";
import { formatClock, zoneName } from "~/lib/time/time";
import { searchZones } from "~/lib/time/zones";
import { Input } from "./Field";

const MAX_MATCHES = 60;

type Props = { value: string; onChange: (zone: string) => void } & Pick<
  ComponentProps<"input">,
  "id" | "aria-invalid" | "aria-describedby" | "aria-label" | "disabled"
>;

/** Selects a time zone by city or zone name (combobox pattern of the ARIA Authoring Practices Guide). */
export function ZonePicker({ value, onChange, ...field }: Props) {
  const { t } = useTranslation();
  const list = useId();
  const options = useRef<HTMLUListElement>(null);
  const [query, setQuery] = useState<string | null>(null);
  const [activeIndex, setActiveIndex] = useState(0);
  const isOpen = query !== null;
  const offsets = usePresentOffsets(isOpen);
  const known = isOpen ? searchZones(query).filter(({ id }) => !offsets || offsets.has(id)) : [];
  const matches = known.slice(0, MAX_MATCHES);
  const now = new Date();
  useOffsets(value);

  const close = () => setQuery(null);
  const choose = (zone: string | undefined) => {
    if (zone) onChange(zone);
    close();
  };
  const move = (to: number) => {
    const index = Math.max(0, Math.min(matches.length - 1, to));
    setActiveIndex(index);
    options.current?.children[index]?.scrollIntoView({ block: "nearest" });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      return close();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) return setQuery("");
      return move(activeIndex + (event.key === "ArrowDown" ? 1 : -1));
    }
    if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      choose(matches[activeIndex]?.id);
    }
  };

  return (
    <div className="relative">
      <Input
        {...field}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && matches[activeIndex] ? `${list}-${activeIndex}` : undefined}
        autoComplete="off"
        spellCheck={false}
        className="truncate pr-10"
        placeholder={t("zone.search")}
        value={query ?? zoneName(value)}
        onFocus={(event) => event.target.select()}
        onClick={() => !isOpen && setQuery("")}
        onBlur={close}
        onKeyDown={onKey}
        onChange={(event) => {
          setQuery(event.target.value);
          setActiveIndex(0);
        }}
      />
      <ChevronsUpDown
        aria-hidden
        className="pointer-events-none absolute top-3.5 right-3.5 size-4 text-ink-faint"
      />
      <ul
        ref={options}
        id={list}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the list of a combobox is one
        role="listbox"
        aria-label={t("zone.label")}
        hidden={matches.length === 0}
        className="absolute inset-x-0 top-full z-20 mt-1.5 max-h-72 overflow-y-auto rounded-card border border-line bg-raised p-1.5 shadow-soft"
      >
        {matches.map(({ id }, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the text field's
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the text field
          <li
            key={id}
            id={`${list}-${index}`}
            // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: see the list
            role="option"
            aria-selected={id === value}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(id)}
            onMouseMove={() => index !== activeIndex && setActiveIndex(index)}
            className={cn(
              "flex cursor-pointer items-center gap-3 rounded-control px-3 py-2 text-sm",
              index === activeIndex && "bg-sunk",
            )}
          >
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{id.replaceAll("_", " ")}</span>
              <span className="block truncate text-xs text-ink-faint">
                {zoneName(id, now, offsets?.get(id))}
              </span>
            </span>
            <span className="tabular text-xs text-ink-soft">
              {offsets && formatClock(now, offsets.get(id) ?? id)}
            </span>
            {id === value && <Check aria-hidden className="size-4 text-accent" />}
          </li>
        ))}
      </ul>
      {isOpen && matches.length === 0 && (
        <p
          role="status"
          className="absolute inset-x-0 top-full z-20 mt-1.5 rounded-card border border-line bg-raised px-4 py-3 text-sm text-ink-soft shadow-soft"
        >
          {t("zone.none")}
        </p>
      )}
    </div>
  );
}
