import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Button } from "~/components/Button";
import { AVAILABLE_DAY, Calendar } from "~/components/Calendar";
import { Field, Select } from "~/components/Field";
import { TimeInput } from "~/components/TimeInput";
import {
  addMonths,
  type Day,
  formatDayLong,
  fromCalendarDate,
  monthOf,
  startOfWeek,
  toCalendarDate,
  toInstant,
} from "~/lib/time/days";
import { useOffsets } from "~/lib/time/offsets";
import {
  dateKey,
  formatClock,
  formatInOtherZone,
  formatTime,
  showsSameTime,
  useZone,
  zoneCity,
} from "~/lib/time/time";
import type { BookableSession, PickedTime } from "./bookable";
import { MAX_BOOKING_WINDOW_MONTHS, suggestedStartsQuery } from "./queries";
import type { SlotPickerProps } from "./SlotPicker";
import { useTexts } from "./texts";
import { ZoneNote } from "./ZoneNote";

/** The option that lets the learner type a time, which no time is called. */
const OTHER = "other";

/**
 * Selects any future day and time, for a session by arrangement. To book, the calendar gives way to the time once a day
 * is chosen, so that both are seen in low windows.
 */
export function OpenTimePicker({ session, seats, value, onPick, isListFirst }: SlotPickerProps) {
  const t = useTexts();
  const zone = useZone();
  const today = dateKey(new Date(), zone);
  const [day, setDay] = useState<Day | null>(() => (value ? dateKey(value, zone) : null));
  const [time, setTime] = useState(() => (value ? formatClock(value, zone) : ""));
  const [second, setSecond] = useState(() => (value !== null && isSecond(value, zone) ? value : null));
  const [month, setMonth] = useState(() => monthOf(day ?? today));
  const [isDayShut, setDayShut] = useState(isListFirst && day !== null);
  const parts = useRef<HTMLDivElement>(null);
  const wasChosenHere = useRef(false);
  const chosen = day && time ? toPickedTime(second ?? toInstant(day, time, zone), session) : null;
  const problem = day && time && !chosen ? (toInstant(day, time, zone) ? "open_past" : "open_skipped") : null;
  const creatorZone = session.time_zone;
  const isCreatorZoneKnown = useOffsets(creatorZone);

  const suggested = useQuery({
    ...suggestedStartsQuery(session.id, day ?? today, zone),
    enabled: day !== null,
  });
  const starts = suggested.data?.filter(({ starts_at }) => new Date(starts_at) > new Date()) ?? [];
  const [isTyping, setTyping] = useState(false);
  const chosenAt = chosen && Date.parse(chosen.starts_at);
  const listed = starts.find(({ starts_at }) => Date.parse(starts_at) === chosenAt);
  const isListed = day !== null && starts.length > 0 && !isTyping && (time === "" || listed !== undefined);

  /** A time that the clock shows twice means the first, unless the second is chosen from the list. */
  function choose(nextDay: Day | null, nextTime: string, nextSecond: string | null = null) {
    setDay(nextDay);
    setTime(nextTime);
    setSecond(nextSecond);
    const starts_at = nextSecond ?? (nextDay && nextTime ? toInstant(nextDay, nextTime, zone) : null);
    onPick(toPickedTime(starts_at, session));
  }

  function chooseListed(starts_at: string) {
    if (!starts_at) return choose(day, "");
    choose(day, formatClock(starts_at, zone), isSecond(starts_at, zone) ? starts_at : null);
  }

  const zoneNote = (
    <ZoneNote zone={zone} times={chosen ? [chosen.starts_at, chosen.ends_at] : []} className="mt-3" />
  );
  const timeField = (
    <Field
      label={t("open_time")}
      error={problem ? t(problem) : undefined}
      hint={
        chosen && (
          <>
            <span>{t("open_until", { time: formatTime(chosen.ends_at, zone) })}</span>
            {isCreatorZoneKnown && !showsSameTime(chosen.starts_at, zone, creatorZone) && (
              <>
                {" "}
                <span>
                  {t("open_creator", {
                    when: formatInOtherZone(chosen.starts_at, zone, creatorZone),
                    place: zoneCity(creatorZone),
                  })}
                </span>
              </>
            )}
          </>
        )
      }
    >
      {(field) =>
        isListed ? (
          <Select
            {...field}
            value={listed?.starts_at ?? ""}
            onChange={({ target }) => {
              if (target.value !== OTHER) return chooseListed(target.value);
              setTyping(true);
              choose(day, "");
            }}
          >
            <option value="">{t("open_choose")}</option>
            {starts.map((slot) => {
              const shown = formatTime(slot.starts_at, zone);
              const isFree = slot.reason === null && slot.seats_left >= seats;
              return (
                <option key={slot.starts_at} value={slot.starts_at} disabled={!isFree}>
                  {isFree ? shown : t("open_taken", { time: shown })}
                </option>
              );
            })}
            <option value={OTHER}>{t("open_other")}</option>
          </Select>
        ) : (
          <TimeInput
            {...field}
            value={time}
            disabled={!day}
            onChange={({ target }) => choose(day, target.value)}
          />
        )
      }
    </Field>
  );

  // the day that was focused is gone, which leaves the focus to the dialog or the page around; before the day's times
  // are there, its field may still change
  const areTimesThere = !suggested.isPending;
  useEffect(() => {
    const { current } = parts;
    const isLost = current && document.activeElement?.contains(current);
    if (isDayShut && areTimesThere && wasChosenHere.current && isLost)
      current.querySelector<HTMLElement>("select, input")?.focus();
  }, [isDayShut, areTimesThere]);

  if (isDayShut && day) {
    return (
      <div ref={parts} className="flex flex-col gap-4">
        <div className="flex items-center justify-between gap-3">
          <p className="text-sm font-semibold">{formatDayLong(day)}</p>
          <Button variant="quiet" size="sm" className="-mr-3" onClick={() => setDayShut(false)}>
            {t("open_change_day")}
          </Button>
        </div>
        {timeField}
        {zoneNote}
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft low:hidden">{t("open_hint")}</p>
      <div>
        <Calendar
          autoFocus={isListFirst && day !== null}
          mode="single"
          required
          aria-label={t("choose_day")}
          month={toCalendarDate(`${month}-01`)}
          onMonthChange={(date) => setMonth(monthOf(fromCalendarDate(date)))}
          startMonth={toCalendarDate(`${monthOf(today)}-01`)}
          endMonth={toCalendarDate(`${addMonths(monthOf(today), MAX_BOOKING_WINDOW_MONTHS)}-01`)}
          today={toCalendarDate(today)}
          hidden={{ before: toCalendarDate(startOfWeek(today)) }}
          selected={day ? toCalendarDate(day) : undefined}
          onSelect={(date) => {
            choose(fromCalendarDate(date), time);
            setDayShut(isListFirst);
            wasChosenHere.current = true;
          }}
          disabled={(date) => fromCalendarDate(date) < today}
          modifiers={{ free: (date) => fromCalendarDate(date) >= today && fromCalendarDate(date) !== day }}
          modifiersClassNames={{ free: AVAILABLE_DAY }}
          labels={{ labelDayButton: (date) => formatDayLong(fromCalendarDate(date)) }}
        />
        {zoneNote}
      </div>
      {timeField}
    </div>
  );
}

/** Whether the clock has shown the time of this instant before, since it was set back. */
function isSecond(instant: string, zone: string): boolean {
  const first = toInstant(dateKey(instant, zone), formatClock(instant, zone), zone);
  return first !== null && Date.parse(first) < Date.parse(instant);
}

/** The selected start, if it exists and is in the future. */
function toPickedTime(starts_at: string | null, session: BookableSession): PickedTime | null {
  if (!starts_at || new Date(starts_at) <= new Date()) return null;
  const ends = new Date(new Date(starts_at).getTime() + session.duration * 60_000);
  return { starts_at, ends_at: ends.toISOString(), seats_left: null };
}
