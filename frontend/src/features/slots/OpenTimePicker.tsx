import { useState } from "react";
import { AVAILABLE_DAY, Calendar } from "~/components/Calendar";
import { Field, Input } from "~/components/Field";
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
import { dateKey, formatInOtherZone, formatTime, showsSameTime, useZone, zoneCity } from "~/lib/time/time";
import type { BookableSession, PickedTime } from "./bookable";
import { MAX_BOOKING_WINDOW_MONTHS } from "./queries";
import type { SlotPickerProps } from "./SlotPicker";
import { useTexts } from "./texts";
import { ZoneNote } from "./ZoneNote";

/** Selects any future day and time, for a session by arrangement. */
export function OpenTimePicker({ session, value, onPick }: SlotPickerProps) {
  const t = useTexts();
  const zone = useZone();
  const today = dateKey(new Date(), zone);
  const [day, setDay] = useState<Day | null>(() => (value ? dateKey(value, zone) : null));
  const [time, setTime] = useState(() => (value ? formatTime(value, zone) : ""));
  const [month, setMonth] = useState(() => monthOf(day ?? today));
  const chosen = day && time ? toPickedTime(day, time, zone, session) : null;
  const problem = day && time && !chosen ? (toInstant(day, time, zone) ? "open_past" : "open_skipped") : null;
  const creatorZone = session.time_zone;

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
        <ZoneNote zone={zone} className="mt-3" />
      </div>
      <Field
        label={t("open_time")}
        error={problem ? t(problem) : undefined}
        hint={
          chosen && (
            <>
              {t("open_until", { time: formatTime(chosen.ends_at, zone) })}
              {creatorZone && !showsSameTime(chosen.starts_at, zone, creatorZone) && (
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
        {(field) => (
          <Input
            type="time"
            {...field}
            value={time}
            disabled={!day}
            onChange={({ target }) => choose(day, target.value)}
          />
        )}
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
