import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
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

/** Selects any future day and time, for a session by arrangement. */
export function OpenTimePicker({ session, seats, value, onPick }: SlotPickerProps) {
  const t = useTexts();
  const zone = useZone();
  const today = dateKey(new Date(), zone);
  const [day, setDay] = useState<Day | null>(() => (value ? dateKey(value, zone) : null));
  const [time, setTime] = useState(() => (value ? formatClock(value, zone) : ""));
  const [month, setMonth] = useState(() => monthOf(day ?? today));
  const chosen = day && time ? toPickedTime(day, time, zone, session) : null;
  const problem = day && time && !chosen ? (toInstant(day, time, zone) ? "open_past" : "open_skipped") : null;
  const creatorZone = session.time_zone;
  const isCreatorZoneKnown = useOffsets(creatorZone);

  const suggested = useQuery({
    ...suggestedStartsQuery(session.id, day ?? today, zone),
    enabled: day !== null,
  });
  // a clock that shows a time twice means the first, as in typing
  const starts = [
    ...new Map(
      suggested.data
        ?.filter(({ starts_at }) => new Date(starts_at) > new Date())
        .toReversed()
        .map((slot) => [formatClock(slot.starts_at, zone), slot]),
    ).values(),
  ].toReversed();
  const [isTyping, setTyping] = useState(false);
  const listed = starts.find(({ starts_at }) => formatClock(starts_at, zone) === time);
  const isListed = day !== null && starts.length > 0 && !isTyping && (time === "" || listed !== undefined);

  function choose(nextDay: Day | null, nextTime: string) {
    setDay(nextDay);
    setTime(nextTime);
    onPick(nextDay && nextTime ? toPickedTime(nextDay, nextTime, zone, session) : null);
  }

  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">{t("open_hint")}</p>
      <div>
        <Calendar
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
          onSelect={(date) => choose(fromCalendarDate(date), time)}
          disabled={(date) => fromCalendarDate(date) < today}
          modifiers={{ free: (date) => fromCalendarDate(date) >= today && fromCalendarDate(date) !== day }}
          modifiersClassNames={{ free: AVAILABLE_DAY }}
          labels={{ labelDayButton: (date) => formatDayLong(fromCalendarDate(date)) }}
        />
        <ZoneNote zone={zone} times={chosen ? [chosen.starts_at, chosen.ends_at] : []} className="mt-3" />
      </div>
      <Field
        label={t("open_time")}
        error={problem ? t(problem) : undefined}
        hint={
          chosen && (
            <>
              {t("open_until", { time: formatTime(chosen.ends_at, zone) })}
              {isCreatorZoneKnown && !showsSameTime(chosen.starts_at, zone, creatorZone) && (
                <>
                  {" "}
                  {t("open_creator", {
                    when: formatInOtherZone(chosen.starts_at, zone, creatorZone),
                    place: zoneCity(creatorZone),
                  })}
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
              value={time}
              onChange={({ target }) => {
                if (target.value !== OTHER) return choose(day, target.value);
                setTyping(true);
                choose(day, "");
              }}
            >
              <option value="">{t("open_choose")}</option>
              {starts.map((slot) => {
                const clock = formatClock(slot.starts_at, zone);
                const isFree = slot.reason === null && slot.seats_left >= seats;
                return (
                  <option key={slot.starts_at} value={clock} disabled={!isFree}>
                    {isFree ? clock : t("open_taken", { time: clock })}
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
    </div>
  );
}

/** The selected start, if it exists and is in the future. */
function toPickedTime(day: Day, time: string, zone: string, session: BookableSession): PickedTime | null {
  const starts_at = toInstant(day, time, zone);
  if (!starts_at || new Date(starts_at) <= new Date()) return null;
  const ends = new Date(new Date(starts_at).getTime() + session.duration * 60_000);
  return { starts_at, ends_at: ends.toISOString(), seats_left: null };
}
