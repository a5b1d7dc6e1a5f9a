import { useState } from "react";
import { Calendar } from "~/components/Calendar";
import {
  addMonths,
  type Day,
  formatDayLong,
  fromCalendarDate,
  monthOf,
  startOfWeek,
  toCalendarDate,
} from "~/lib/time/days";
import { useTexts } from "../texts";
import type { ChangeSearch } from "./useCatalog";

/** Selects a range of days in a calendar. */
export default function DayRange({
  from,
  to,
  today,
  onChange,
}: {
  from: Day | undefined;
  to: Day | undefined;
  today: Day;
  onChange: ChangeSearch;
}) {
  const t = useTexts();
  // the first click does not make a range: the second may be earlier
  const [first, setFirst] = useState<Day | null>(null);
  const begin = first ?? from;
  const end = first ? first : (to ?? from);
  const label =
    begin && end && begin !== end
      ? `${formatDayLong(begin)} – ${formatDayLong(end)}`
      : begin && formatDayLong(begin);
  return (
    <>
      <Calendar
        mode="range"
        aria-label={t("filters.own_dates")}
        defaultMonth={toCalendarDate(`${monthOf(begin ?? today)}-01`)}
        startMonth={toCalendarDate(`${monthOf(today)}-01`)}
        endMonth={toCalendarDate(`${addMonths(monthOf(today), 12)}-01`)}
        today={toCalendarDate(today)}
        hidden={{ before: toCalendarDate(startOfWeek(today)) }}
        disabled={(date) => fromCalendarDate(date) < today}
        selected={{
          from: begin ? toCalendarDate(begin) : undefined,
          to: end ? toCalendarDate(end) : undefined,
        }}
        onDayClick={(date) => {
          const day = fromCalendarDate(date);
          if (day < today) return;
          if (first === null) {
            setFirst(day);
            onChange({ from: day, to: day });
          } else {
            setFirst(null);
            onChange(day < first ? { from: day, to: first } : { from: first, to: day }, { replace: true });
          }
        }}
        labels={{ labelDayButton: (date) => formatDayLong(fromCalendarDate(date)) }}
      />
      <p role="status" className="mt-2 min-h-5 text-xs text-ink-soft">
        {first ? (
          t("filters.last_day")
        ) : begin && end ? (
          <span className="sr-only">{label}</span>
        ) : (
          t("filters.first_day")
        )}
      </p>
    </>
  );
}
