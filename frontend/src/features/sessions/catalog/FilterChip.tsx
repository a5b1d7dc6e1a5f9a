import { ChevronDown } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { cn } from "~/lib/cn";
import { useTexts } from "../texts";
import { type FilterBarProps, filterValue, type WithControl } from "./filters";

const loadPopover = () => import("./FilterPopover");
const FilterPopover = lazy(loadPopover);

/** A filter: shows its name or value and opens its control. */
export function FilterChip({ filter, ...props }: FilterBarProps & { filter: WithControl }) {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  const chip = useRef<HTMLButtonElement>(null);
  const name = t(`filters.${filter}`);
  const value = filterValue(filter, props);
  return (
    <>
      <button
        ref={chip}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onPointerEnter={loadPopover}
        onFocus={loadPopover}
        onClick={() => setOpen(!isOpen)}
        className={cn(
          "inline-flex h-10 max-w-60 items-center gap-2 rounded-full border px-4 text-sm font-medium transition-colors",
          value
            ? "border-accent bg-accent-soft text-accent-strong"
            : "border-line-strong/60 bg-surface hover:border-line-strong",
        )}
      >
        <span className="truncate">
          {value && (
            <span className="sr-only">
              <span>{name}</span>:{" "}
            </span>
          )}
          <span>{value ?? name}</span>
        </span>
        <ChevronDown aria-hidden className="size-4 shrink-0" />
      </button>
      {isOpen && (
        <Suspense>
          <FilterPopover {...props} filter={filter} chip={chip} label={name} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
