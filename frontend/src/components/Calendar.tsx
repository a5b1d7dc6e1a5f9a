import { ChevronLeft, ChevronRight } from "lucide-react";
import { DayPicker, type DayPickerProps } from "react-day-picker";
import { useTranslation } from "react-i18next";
import { cn } from "~/lib/cn";

const NAV =
  "absolute top-0 inline-flex size-10 items-center justify-center rounded-control text-ink-soft transition-colors hover:bg-sunk hover:text-ink aria-disabled:pointer-events-none aria-disabled:opacity-35";

const CHOSEN_DAY = "[&>button]:bg-accent [&>button]:font-bold [&>button]:text-on-accent";

const CLASSES: DayPickerProps["classNames"] = {
  months: "flex flex-wrap gap-6",
  month: "relative min-w-0 flex-1",
  month_caption: "flex h-10 items-center justify-center",
  caption_label: "font-semibold",
  button_previous: cn(NAV, "left-0"),
  button_next: cn(NAV, "right-0"),
  month_grid: "mt-1 w-full table-fixed border-separate border-spacing-0.5",
  // hide weeks without a visible day
  week: "not-has-[button]:hidden",
  weekday: "h-8 text-xs font-medium text-ink-faint",
  day: "p-0 text-center",
  day_button:
    "tabular relative inline-flex h-11 w-full lg:h-10 items-center justify-center rounded-control text-sm transition-colors",
  today:
    "[&>button]:after:absolute [&>button]:after:bottom-1.5 [&>button]:after:size-1 [&>button]:after:rounded-full [&>button]:after:bg-current",
  selected: CHOSEN_DAY,
  disabled: "[&>button]:text-ink-faint",
  outside: "invisible",
  hidden: "invisible",
};

const RANGE_CLASSES: DayPickerProps["classNames"] = {
  selected: "is-within",
  range_start: CHOSEN_DAY,
  range_end: CHOSEN_DAY,
  range_middle: "[&>button]:bg-accent-soft [&>button]:text-accent-strong",
};

/** Style of an available day; not for days that are `selected`. */
export const AVAILABLE_DAY =
  "[&>button]:bg-accent-soft [&>button]:font-bold [&>button]:text-accent-strong [&>button]:hover:bg-accent/25";

const PARTS: DayPickerProps["components"] = {
  Chevron: ({ orientation }) =>
    orientation === "left" ? (
      <ChevronLeft aria-hidden className="size-5" />
    ) : (
      <ChevronRight aria-hidden className="size-5" />
    ),
};

/**
 * A month in which to choose a day with mouse, touch or arrow keys, with screen reader support; weeks start on Monday.
 * It shows calendar dates, not instants: convert with `toCalendarDate` and `fromCalendarDate` (lib/time/days).
 */
export function Calendar({ labels, classNames, ...rest }: DayPickerProps) {
  const { t } = useTranslation();
  return (
    <DayPicker
      weekStartsOn={1}
      navLayout="around"
      classNames={{ ...CLASSES, ...(rest.mode === "range" && RANGE_CLASSES), ...classNames }}
      components={PARTS}
      labels={{
        labelPrevious: () => t("calendar.previous"),
        labelNext: () => t("calendar.next"),
        ...labels,
      }}
      {...rest}
    />
  );
}
