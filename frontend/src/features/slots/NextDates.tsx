import { useQuery } from "@tanstack/react-query";
import { CalendarDays } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "~/components/Button";
import { Skeleton } from "~/components/Skeleton";
import { useMediaQuery } from "~/lib/hooks/useMediaQuery";
import { addMonths, monthOf } from "~/lib/time/days";
import {
  dateKey,
  formatDay,
  formatInOtherZone,
  formatTime,
  showsSameTime,
  useZone,
  zoneCity,
} from "~/lib/time/time";
import { hasFewSeatsLeft } from "./bookable";
import { nextDates } from "./nextDates";
import { type Slot, slotsQuery } from "./queries";
import { ScheduledTimePicker } from "./ScheduledTimePicker";
import type { SlotPickerProps } from "./SlotPicker";
import { useTexts } from "./texts";
import { ZoneNote } from "./ZoneNote";

/** Rows that fit without scrolling, together with the seats and the button, in windows up to this height. */
const [LOW_WINDOW, FEW] = ["(max-height: 43rem)", 3];
const [MIDDLE_WINDOW, SOME] = ["(max-height: 50rem)", 4];
const MANY = 5;

/** The next dates as a list, each with the seats left; the calendar of all dates is second. */
export function NextDates(props: SlotPickerProps) {
  const { session, seats, value, onPick } = props;
  const t = useTexts();
  const zone = useZone();
  const [isCalendar, setCalendar] = useState(false);
  const isLow = useMediaQuery(LOW_WINDOW);
  const isMiddle = useMediaQuery(MIDDLE_WINDOW);
  const count = isLow ? FEW : isMiddle ? SOME : MANY;
  const next = session.next_slot?.starts_at;
  const first = monthOf(dateKey(next && new Date(next) > new Date() ? next : new Date(), zone));
  const month = useQuery({ ...slotsQuery(session.id, first, zone), refetchInterval: 60_000 });
  const needsMore = month.isSuccess && month.data.filter((slot) => slot.seats_left >= seats).length < count;
  const following = useQuery({ ...slotsQuery(session.id, addMonths(first), zone), enabled: needsMore });
  const chosenMonth = monthOf(dateKey(value ?? new Date(), zone));
  const ofChosen = useQuery({ ...slotsQuery(session.id, chosenMonth, zone), enabled: value !== null });
  const known = [...(month.data ?? []), ...(following.data ?? []), ...(ofChosen.data ?? [])];
  const slots = [...new Map(known.map((slot) => [slot.starts_at, slot])).values()];
  const listed = nextDates(slots, seats, count, value);
  const isPending = month.isPending || (needsMore && following.isPending);
  useOnlyDate(isPending || value !== null || slots.length !== 1 ? undefined : listed[0], onPick);

  if (isCalendar || (!isPending && listed.length === 0)) {
    return (
      <div className="flex flex-col gap-4">
        {listed.length > 0 && (
          <Button variant="quiet" size="sm" className="self-start" onClick={() => setCalendar(false)}>
            {t("next_dates_back")}
          </Button>
        )}
        <ScheduledTimePicker {...props} />
      </div>
    );
  }
  return (
    <fieldset>
      <legend className="sr-only">{t("next_dates")}</legend>
      <div className="mb-1 flex items-center justify-between gap-3">
        <span aria-hidden className="text-sm font-semibold">
          {t("next_dates")}
        </span>
        <Button variant="quiet" size="sm" className="-mr-3" onClick={() => setCalendar(true)}>
          <CalendarDays aria-hidden className="size-4" />
          {t("all_dates")}
        </Button>
      </div>
      {isPending ? (
        <Skeleton className="h-36 w-full" />
      ) : (
        <div className="overflow-hidden rounded-control border border-line-strong/60">
          {listed.map((slot) => (
            <DateRow
              key={slot.starts_at}
              slot={slot}
              zone={zone}
              creatorZone={session.time_zone}
              isChosen={slot.starts_at === value}
              onPick={onPick}
            />
          ))}
        </div>
      )}
      <ZoneNote zone={zone} times={listed.map(({ starts_at }) => starts_at)} className="mt-2" />
      <p role="status" className="sr-only">
        {t(isPending ? "loading" : "dates_found", { count: listed.length })}
      </p>
    </fieldset>
  );
}

/** Selects the only date there is, once. */
function useOnlyDate(only: Slot | undefined, onPick: SlotPickerProps["onPick"]) {
  const wasPicked = useRef(false);
  useEffect(() => {
    if (!only || wasPicked.current) return;
    wasPicked.current = true;
    onPick(only);
  }, [only, onPick]);
}

function DateRow({
  slot,
  zone,
  creatorZone,
  isChosen,
  onPick,
}: {
  slot: Slot;
  zone: string;
  creatorZone: string;
  isChosen: boolean;
  onPick: (slot: Slot) => void;
}) {
  const t = useTexts();
  const { starts_at, utc_offset } = slot;
  return (
    <label
      data-checked={isChosen || undefined}
      className="tabular relative flex min-h-11 cursor-pointer items-center gap-x-2 border-line-strong/60 px-3 text-sm transition-colors not-first:border-t hover:bg-accent-soft data-checked:bg-accent data-checked:text-on-accent has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent lg:min-h-8"
    >
      <input
        type="radio"
        name="starts_at"
        value={starts_at}
        checked={isChosen}
        onChange={() => onPick(slot)}
        className="peer absolute inset-0 cursor-pointer opacity-0"
      />
      <span className="whitespace-nowrap">{formatDay(starts_at, zone)}</span>
      <span className="font-semibold whitespace-nowrap">{formatTime(starts_at, zone)}</span>
      {!showsSameTime(starts_at, zone, utc_offset) && (
        <span className="min-w-0 truncate text-xs text-ink-soft peer-checked:text-on-accent">
          {t("in_zone", {
            when: formatInOtherZone(starts_at, zone, utc_offset, creatorZone),
            place: zoneCity(creatorZone),
          })}
        </span>
      )}
      {slot.capacity > 1 && (
        <span
          className={
            hasFewSeatsLeft(slot) && !isChosen
              ? "ml-auto text-xs font-semibold whitespace-nowrap text-warn"
              : "ml-auto text-xs whitespace-nowrap"
          }
        >
          <span aria-hidden>{t("dates_left", { count: slot.seats_left })}</span>
          <span className="sr-only">{t("left", { count: slot.seats_left })}</span>
        </span>
      )}
    </label>
  );
}
