import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "~/components/Button";
import { AVAILABLE_DAY, Calendar } from "~/components/Calendar";
import { Skeleton } from "~/components/Skeleton";
import { errorMessage } from "~/lib/i18n/errorMessage";
import {
  addMonths,
  type Day,
  formatDayLong,
  fromCalendarDate,
  groupByDay,
  monthOf,
  startOfWeek,
  toCalendarDate,
} from "~/lib/time/days";
import { dateKey, useZone } from "~/lib/time/time";
import { NoFreeTimes } from "./NoFreeTimes";
import { MAX_BOOKING_WINDOW_MONTHS, slotsQuery } from "./queries";
import type { SlotPickerProps } from "./SlotPicker";
import { TimeChoice } from "./TimeChoice";
import { useTexts } from "./texts";
import { ZoneNote } from "./ZoneNote";

/** Selects a day with free times, then a time. Prefetches the next month. */
export function ScheduledTimePicker({ session, seats, value, onPick, excludedStart }: SlotPickerProps) {
  const t = useTexts();
  const zone = useZone();
  const today = dateKey(new Date(), zone);
  const [preferredDay, setPreferredDay] = useState<Day>(() =>
    firstDay(value ?? session.next_slot?.starts_at, zone, today),
  );
  const list = useRef<HTMLDivElement>(null);
  const [month, setMonth] = useState(() => monthOf(preferredDay));
  const [isMonthChosen, setMonthChosen] = useState(false);

  const currentMonth = useQuery({ ...slotsQuery(session.id, month, zone), refetchInterval: 60_000 });
  const nextMonth = useQuery({
    ...slotsQuery(session.id, addMonths(month), zone),
    enabled: currentMonth.isSuccess && month < addMonths(monthOf(today), MAX_BOOKING_WINDOW_MONTHS),
  });
  const fetchedSlots = [...(currentMonth.data ?? []), ...(nextMonth.data ?? [])];
  const days = groupByDay(
    fetchedSlots.filter((slot) => slot.seats_left >= seats && slot.starts_at !== excludedStart),
    zone,
  );
  const isKnown = (day: Day) =>
    monthOf(day) === month
      ? currentMonth.isSuccess
      : monthOf(day) === addMonths(month) && nextMonth.isSuccess;
  const freeDays = [...days.keys()].filter((day) => monthOf(day) === month);
  // at the end of a month, the only free time may be the one that is being changed
  if (!isMonthChosen && currentMonth.isSuccess && freeDays.length === 0 && days.size > 0) {
    setMonth(addMonths(month));
    setMonthChosen(true);
  }
  const day = days.has(preferredDay) && monthOf(preferredDay) === month ? preferredDay : freeDays[0];
  const times = day ? (days.get(day) ?? []) : [];

  return (
    <div className="flex flex-col gap-5">
      <div>
        <Calendar
          mode="single"
          required
          aria-label={t("choose_day")}
          month={toCalendarDate(`${month}-01`)}
          onMonthChange={(date) => {
            setMonth(monthOf(fromCalendarDate(date)));
            setMonthChosen(true);
          }}
          startMonth={toCalendarDate(`${monthOf(today)}-01`)}
          endMonth={toCalendarDate(`${addMonths(monthOf(today), MAX_BOOKING_WINDOW_MONTHS)}-01`)}
          today={toCalendarDate(today)}
          hidden={{ before: toCalendarDate(startOfWeek(today)) }}
          selected={day ? toCalendarDate(day) : undefined}
          onSelect={(date) => {
            const chosen = fromCalendarDate(date);
            setPreferredDay(chosen);
            const [time, ...others] = days.get(chosen) ?? [];
            if (time && others.length === 0) onPick(time);
            requestAnimationFrame(() => list.current?.scrollIntoView({ block: "nearest" }));
          }}
          // do not disable days of a month that is still loading, so that arrow keys can reach them
          disabled={(date) => {
            const key = fromCalendarDate(date);
            return key < today || (isKnown(key) && !days.has(key));
          }}
          modifiers={{ free: (date) => days.has(fromCalendarDate(date)) && fromCalendarDate(date) !== day }}
          modifiersClassNames={{ free: AVAILABLE_DAY }}
          labels={{ labelDayButton: (date) => dayLabel(fromCalendarDate(date)) }}
        />
        <ZoneNote zone={zone} times={times.map(({ starts_at }) => starts_at)} className="mt-3" />
      </div>
      <div ref={list} className="min-h-20">
        <p role="status" className="sr-only">
          {currentMonth.isPending
            ? t("loading")
            : day && t("found", { count: times.length, day: formatDayLong(day) })}
        </p>
        {currentMonth.isPending && <TimesSkeleton />}
        {currentMonth.isError && !currentMonth.data && (
          <div
            role="alert"
            className="flex flex-col items-start gap-3 rounded-control bg-danger-soft p-4 text-sm"
          >
            <p className="text-danger">{errorMessage(currentMonth.error)}</p>
            <Button variant="secondary" size="sm" onClick={() => void currentMonth.refetch()}>
              {t("retry")}
            </Button>
          </div>
        )}
        {day && (
          <TimeChoice
            slots={times}
            zone={zone}
            creatorZone={session.time_zone}
            value={value}
            onPick={onPick}
            legend={t("times_on", { day: formatDayLong(day) })}
          />
        )}
        {currentMonth.isSuccess && !day && (
          <NoFreeTimes
            key={month}
            search={{ sessionId: session.id, after: month, today, zone, seats }}
            isForSeats={currentMonth.data.some(({ starts_at }) => starts_at !== excludedStart)}
            onFound={({ starts_at }) => {
              setPreferredDay(dateKey(starts_at, zone));
              setMonth(monthOf(dateKey(starts_at, zone)));
            }}
          />
        )}
      </div>
    </div>
  );

  function dayLabel(key: Day): string {
    const name = formatDayLong(key);
    const count = days.get(key)?.length ?? 0;
    if (!isKnown(key)) return name;
    return count > 0 ? t("day_free", { day: name, count }) : t("day_full", { day: name });
  }
}

function firstDay(instant: string | undefined, zone: string, today: Day): Day {
  return instant && new Date(instant) > new Date() ? dateKey(instant, zone) : today;
}

function TimesSkeleton() {
  return (
    <div aria-hidden>
      <Skeleton className="h-5 w-40" />
      <div className="mt-4 grid grid-cols-3 gap-2">
        {[1, 2, 3].map((index) => (
          <Skeleton key={index} className="h-11" />
        ))}
      </div>
    </div>
  );
}
