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
import { HORIZON_MONTHS, slotsQuery } from "./queries";
import type { SlotPickerProps } from "./SlotPicker";
import { TimeChoice } from "./TimeChoice";
import { useTexts } from "./texts";
import { ZoneNote } from "./ZoneNote";

/** The free days of a month, and the times of one of them. The next month is fetched ahead. */
export function ScheduledTimePicker({ session, seats, value, onPick, without }: SlotPickerProps) {
  const t = useTexts();
  const zone = useZone();
  const today = dateKey(new Date(), zone);
  const [wanted, setWanted] = useState<Day>(() =>
    firstDay(value ?? session.next_slot?.starts_at, zone, today),
  );
  const list = useRef<HTMLDivElement>(null);
  const [month, setMonth] = useState(() => monthOf(wanted));

  const shown = useQuery({ ...slotsQuery(session.id, month, zone), refetchInterval: 60_000 });
  const following = useQuery({
    ...slotsQuery(session.id, addMonths(month), zone),
    enabled: shown.isSuccess && month < addMonths(monthOf(today), HORIZON_MONTHS),
  });
  const known = [...(shown.data ?? []), ...(following.data ?? [])];
  const days = groupByDay(
    known.filter((slot) => slot.seats_left >= seats && slot.starts_at !== without),
    zone,
  );
  const isKnown = (day: Day) =>
    monthOf(day) === month ? shown.isSuccess : monthOf(day) === addMonths(month) && following.isSuccess;
  const freeHere = [...days.keys()].filter((day) => monthOf(day) === month);
  const day = days.has(wanted) && monthOf(wanted) === month ? wanted : freeHere[0];
  const times = day ? (days.get(day) ?? []) : [];

  return (
    <div className="flex flex-col gap-5">
      <div>
        <Calendar
          mode="single"
          required
          aria-label={t("choose_day")}
          month={toCalendarDate(`${month}-01`)}
          onMonthChange={(date) => setMonth(monthOf(fromCalendarDate(date)))}
          startMonth={toCalendarDate(`${monthOf(today)}-01`)}
          endMonth={toCalendarDate(`${addMonths(monthOf(today), HORIZON_MONTHS)}-01`)}
          today={toCalendarDate(today)}
          hidden={{ before: toCalendarDate(startOfWeek(today)) }}
          selected={day ? toCalendarDate(day) : undefined}
          onSelect={(date) => {
            setWanted(fromCalendarDate(date));
            requestAnimationFrame(() => list.current?.scrollIntoView({ block: "nearest" }));
          }}
          // a month that is not there yet may be walked into, so its days are not closed
          disabled={(date) => {
            const key = fromCalendarDate(date);
            return key < today || (isKnown(key) && !days.has(key));
          }}
          modifiers={{ free: (date) => days.has(fromCalendarDate(date)) && fromCalendarDate(date) !== day }}
          modifiersClassNames={{ free: AVAILABLE_DAY }}
          labels={{ labelDayButton: (date) => labelOf(fromCalendarDate(date)) }}
        />
        <ZoneNote zone={zone} className="mt-3" />
      </div>
      <div ref={list} className="min-h-20">
        <p role="status" className="sr-only">
          {shown.isPending
            ? t("loading")
            : day && t("found", { count: times.length, day: formatDayLong(day) })}
        </p>
        {shown.isPending && <TimesSkeleton />}
        {shown.isError && !shown.data && (
          <div
            role="alert"
            className="flex flex-col items-start gap-3 rounded-control bg-danger-soft p-4 text-sm"
          >
            <p className="text-danger">{errorMessage(shown.error)}</p>
            <Button variant="secondary" size="sm" onClick={() => void shown.refetch()}>
              {t("retry")}
            </Button>
          </div>
        )}
        {day && (
          <TimeChoice
            slots={times}
            zone={zone}
            otherZone={session.time_zone}
            value={value}
            onPick={onPick}
            legend={t("times_on", { day: formatDayLong(day) })}
          />
        )}
        {shown.isSuccess && !day && (
          <NoFreeTimes
            key={month}
            search={{ sessionId: session.id, after: month, today, zone, seats }}
            isForSeats={shown.data.some(({ starts_at }) => starts_at !== without)}
            onFound={({ starts_at }) => {
              setWanted(dateKey(starts_at, zone));
              setMonth(monthOf(dateKey(starts_at, zone)));
            }}
          />
        )}
      </div>
    </div>
  );

  function labelOf(key: Day): string {
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
        {[1, 2, 3].map((place) => (
          <Skeleton key={place} className="h-11" />
        ))}
      </div>
    </div>
  );
}
