import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "~/components/Button";
import { Calendar, FREE_DAY } from "~/components/Calendar";
import { Skeleton } from "~/components/Skeleton";
import { say } from "~/lib/i18n/errorMessage";
import { byDay, type Day, dayDrawn, dayName, drawn, monthAfter, monthOf, weekStart } from "~/lib/time/days";
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
    ...slotsQuery(session.id, monthAfter(month), zone),
    enabled: shown.isSuccess && month < monthAfter(monthOf(today), HORIZON_MONTHS),
  });
  const known = [...(shown.data ?? []), ...(following.data ?? [])];
  const days = byDay(
    known.filter((slot) => slot.seats_left >= seats && slot.starts_at !== without),
    zone,
  );
  const isKnown = (day: Day) =>
    monthOf(day) === month ? shown.isSuccess : monthOf(day) === monthAfter(month) && following.isSuccess;
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
          month={drawn(`${month}-01`)}
          onMonthChange={(date) => setMonth(monthOf(dayDrawn(date)))}
          startMonth={drawn(`${monthOf(today)}-01`)}
          endMonth={drawn(`${monthAfter(monthOf(today), HORIZON_MONTHS)}-01`)}
          today={drawn(today)}
          hidden={{ before: drawn(weekStart(today)) }}
          selected={day ? drawn(day) : undefined}
          onSelect={(date) => {
            setWanted(dayDrawn(date));
            requestAnimationFrame(() => list.current?.scrollIntoView({ block: "nearest" }));
          }}
          // a month that is not there yet may be walked into, so its days are not closed
          disabled={(date) => {
            const key = dayDrawn(date);
            return key < today || (isKnown(key) && !days.has(key));
          }}
          modifiers={{ free: (date) => days.has(dayDrawn(date)) && dayDrawn(date) !== day }}
          modifiersClassNames={{ free: FREE_DAY }}
          labels={{ labelDayButton: (date) => labelOf(dayDrawn(date)) }}
        />
        <ZoneNote zone={zone} className="mt-3" />
      </div>
      <div ref={list} className="min-h-20">
        <p role="status" className="sr-only">
          {shown.isPending ? t("loading") : day && t("found", { count: times.length, day: dayName(day) })}
        </p>
        {shown.isPending && <TimesSkeleton />}
        {shown.isError && !shown.data && (
          <div
            role="alert"
            className="flex flex-col items-start gap-3 rounded-control bg-danger-soft p-4 text-sm"
          >
            <p className="text-danger">{say(shown.error)}</p>
            <Button look="secondary" size="sm" onClick={() => void shown.refetch()}>
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
            legend={t("times_on", { day: dayName(day) })}
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
    const name = dayName(key);
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
