import { cn } from "~/lib/cn";
import { formatInOtherZone, formatTime, showsSameTime, zoneCity } from "~/lib/time/time";
import { hasFewSeatsLeft } from "./bookable";
import type { Slot } from "./queries";
import { useTexts } from "./texts";

/** The times of a day as a radio group, with arrow key support. */
export function TimeChoice({
  slots,
  zone,
  creatorZone,
  value,
  onPick,
  legend,
}: {
  slots: Slot[];
  zone: string;
  /** The creator's zone; its time is shown if it differs. */
  creatorZone: string;
  value: string | null;
  onPick: (slot: Slot) => void;
  legend: string;
}) {
  const t = useTexts();
  const differs = slots.some(({ starts_at, utc_offset }) => !showsSameTime(starts_at, zone, utc_offset));
  return (
    <fieldset>
      <legend className="mb-3 text-sm font-semibold">{legend}</legend>
      <div className={cn("grid gap-2", differs ? "grid-cols-2" : "grid-cols-3")}>
        {slots.map((slot) => (
          <label
            key={slot.starts_at}
            data-checked={value === slot.starts_at || undefined}
            className="relative flex min-h-11 cursor-pointer flex-col items-center justify-center rounded-control border border-line-strong/60 px-2 py-1.5 text-center transition-colors hover:border-accent hover:bg-accent-soft data-checked:border-accent data-checked:bg-accent data-checked:text-on-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="starts_at"
              value={slot.starts_at}
              checked={value === slot.starts_at}
              onChange={() => onPick(slot)}
              className="peer absolute inset-0 cursor-pointer opacity-0"
            />
            <span className="tabular font-semibold">{formatTime(slot.starts_at, zone)}</span>
            {differs && (
              <span className="tabular text-xs text-ink-soft peer-checked:text-on-accent">
                {t("in_zone", {
                  when: formatInOtherZone(slot.starts_at, zone, slot.utc_offset, creatorZone),
                  place: zoneCity(creatorZone),
                })}
              </span>
            )}
            {hasFewSeatsLeft(slot) && (
              <span className="text-xs font-semibold text-warn peer-checked:text-on-accent">
                {t("left", { count: slot.seats_left })}
              </span>
            )}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
