import { useState } from "react";
import { Badge } from "~/components/Badge";
import { formatDayLong } from "~/lib/time/days";
import { useFormatDuration } from "~/lib/time/duration";
import { formatDay, formatTime } from "~/lib/time/time";
import type { PreviewDay, Run, Slot } from "./preview";
import { useTexts } from "./texts";

const MAX_TIMES_SHOWN = 12;
const MAX_CLOSED_SHOWN = 4;

/** Bookable times by day, with the reason for those that are not bookable. */
export function PreviewDays({ days, zone }: { days: PreviewDay[]; zone: string }) {
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      className="mt-3 lg:max-h-[max(18rem,calc(100dvh-25rem))] lg:overflow-y-auto"
    >
      <ol className="divide-y divide-line border-t border-line">
        {days.map((day) => (
          <DayRow key={day.day} day={day} zone={zone} />
        ))}
      </ol>
    </div>
  );
}

function DayRow({ day: { day, runs, shift }, zone }: { day: PreviewDay; zone: string }) {
  const t = useTexts();
  const duration = useFormatDuration();
  const [isExpanded, setExpanded] = useState(false);
  const open = runs.flatMap(({ reason, slots }) => (reason === null ? slots : []));
  const isLong = open.length > MAX_TIMES_SHOWN;
  return (
    <li className="grid grid-cols-[5.25rem_1fr] gap-x-3 py-2.5 text-sm">
      <div>
        <span className="sr-only">{formatDayLong(day)}</span>
        <span aria-hidden className="tabular leading-7 font-medium">
          {formatDay(`${day}T12:00:00Z`, "UTC")}
        </span>
      </div>
      <div className="flex min-w-0 flex-wrap items-center gap-x-1.5 gap-y-1.5">
        {shift !== 0 && (
          <div className="w-full leading-7">
            <Badge tone="warn">
              {t(shift > 0 ? "preview.clocks_forward" : "preview.clocks_back", {
                duration: duration(Math.abs(shift)),
              })}
            </Badge>
          </div>
        )}
        {runs.length === 0 && <span className="leading-7 text-ink-faint">{t("preview.closed_day")}</span>}
        {runs.map((run) => (
          <TimeRun key={run.slots[0]?.starts_at} run={run} zone={zone} isWhole={isExpanded || !isLong} />
        ))}
        {isLong && !isExpanded && (
          <button
            type="button"
            onClick={() => setExpanded(true)}
            className="min-h-7 rounded-control px-1 text-xs font-semibold text-accent underline-offset-4 hover:underline"
          >
            {t("preview.show_all")}
            <span className="sr-only"> {formatDayLong(day)}</span>
          </button>
        )}
      </div>
    </li>
  );
}

function TimeRun({ run: { reason, slots }, zone, isWhole }: { run: Run; zone: string; isWhole: boolean }) {
  const t = useTexts();
  const [first, last] = [slots[0], slots.at(-1)];
  if (!first || !last) return null;
  if (reason === null) {
    const shown = isWhole ? slots : slots.slice(0, MAX_TIMES_SHOWN);
    return shown.map((slot) => <OpenTime key={slot.starts_at} slot={slot} zone={zone} />);
  }
  const times =
    slots.length <= MAX_CLOSED_SHOWN
      ? slots.map(({ starts_at }) => formatTime(starts_at, zone)).join(" ")
      : `${formatTime(first.starts_at, zone)} – ${formatTime(last.starts_at, zone)}`;
  return (
    <span className="leading-7 text-ink-faint">
      <s className="tabular">{times}</s>{" "}
      <span className="text-xs">
        <span>{slots.length > MAX_CLOSED_SHOWN && `${t("preview.count", { count: slots.length })}, `}</span>
        <span>{t(`reasons.${reason as Exclude<typeof reason, "past">}`)}</span>
      </span>
    </span>
  );
}

function OpenTime({ slot, zone }: { slot: Slot; zone: string }) {
  const t = useTexts();
  return (
    <span className="tabular rounded-control bg-accent-soft px-2 leading-7 font-semibold text-accent-strong">
      <span>{formatTime(slot.starts_at, zone)}</span>
      {slot.seats_left < slot.capacity && (
        <span className="ml-1.5 text-xs font-medium">
          {t("preview.seats_left", { count: slot.seats_left })}
        </span>
      )}
    </span>
  );
}
