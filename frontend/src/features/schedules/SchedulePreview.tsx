import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { ErrorState } from "~/components/ErrorState";
import { Field } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { Spinner } from "~/components/Spinner";
import { ZonePicker } from "~/components/ZonePicker";
import { isProblem } from "~/lib/api/problem";
import { useDebounced } from "~/lib/hooks/useDebounced";
import { addDays, type Day } from "~/lib/time/days";
import { useOffsets } from "~/lib/time/offsets";
import { dateKey, formatDay } from "~/lib/time/time";
import type { ScheduleIn } from "./model";
import { PreviewDays } from "./PreviewDays";
import { PREVIEW_DAYS, previewWindow, toPreviewDays } from "./preview";
import { previewQuery } from "./queries";
import { useTexts } from "./texts";
import { useConflictMessage } from "./useConflictMessage";

const PREVIEW_DELAY_MS = 400;

/**
 * The next two weeks as learners will see them, computed by the server from the unsaved form. `schedule` is `null`
 * while the form is invalid.
 */
export function SchedulePreview({
  sessionId,
  schedule,
  zone,
  isDirty,
}: {
  sessionId: string;
  schedule: ScheduleIn | null;
  zone: string;
  isDirty: boolean;
}) {
  const t = useTexts();
  const today = dateKey(new Date(), zone);
  const [dayOffset, setDayOffset] = useState(0);
  const [chosenZone, setChosenZone] = useState<string | null>(null);
  const viewZone = chosenZone ?? zone;
  const isZoneKnown = useOffsets(viewZone);
  const first = addDays(today, dayOffset * PREVIEW_DAYS);

  return (
    <Card id="preview" className="p-4 sm:p-5">
      <section aria-labelledby="preview-title">
        <div className="flex flex-wrap items-center gap-2">
          <h2 id="preview-title" className="text-lg">
            {t("preview.title")}
          </h2>
          {isDirty && <Badge tone="accent">{t("preview.unsaved")}</Badge>}
        </div>
        {schedule?.is_open ? (
          <p className="mt-3 text-sm text-ink-soft">{t("preview.open")}</p>
        ) : (
          <>
            <Field label={t("preview.seen_from")} className="mt-4">
              {(field) => <ZonePicker {...field} value={viewZone} onChange={setChosenZone} />}
            </Field>
            <DayNavigation first={first} turned={dayOffset} onTurn={setDayOffset} />
            {!schedule && (
              <Notice tone="warn" className="mb-3">
                {t("preview.faulty")}
              </Notice>
            )}
            {isZoneKnown ? (
              <TwoWeeks sessionId={sessionId} schedule={schedule} first={first} zone={viewZone} />
            ) : (
              <PreviewSkeleton />
            )}
          </>
        )}
      </section>
    </Card>
  );
}

function DayNavigation({
  first,
  turned,
  onTurn: onNavigate,
}: {
  first: Day;
  turned: number;
  onTurn: (turned: number) => void;
}) {
  const t = useTexts();
  const name = (day: Day) => formatDay(`${day}T12:00:00Z`, "UTC");
  return (
    <div className="my-3 flex items-center justify-between gap-1">
      <Button
        variant="quiet"
        size="icon"
        className="-ml-2"
        disabled={turned === 0}
        aria-label={t("preview.earlier")}
        onClick={() => onNavigate(turned - 1)}
      >
        <ChevronLeft aria-hidden className="size-5" />
      </Button>
      <p aria-live="polite" className="tabular text-sm font-semibold">
        {t("preview.range", { from: name(first), to: name(addDays(first, PREVIEW_DAYS - 1)) })}
      </p>
      <Button
        variant="quiet"
        size="icon"
        className="-mr-2"
        aria-label={t("preview.later")}
        onClick={() => onNavigate(turned + 1)}
      >
        <ChevronRight aria-hidden className="size-5" />
      </Button>
    </div>
  );
}

function TwoWeeks({
  sessionId,
  schedule,
  first,
  zone,
}: {
  sessionId: string;
  schedule: ScheduleIn | null;
  first: Day;
  zone: string;
}) {
  const t = useTexts();
  const conflict = useConflictMessage();
  const debounced = useDebounced(schedule, PREVIEW_DELAY_MS);
  const query = useQuery(previewQuery(sessionId, debounced, previewWindow(first, zone)));
  if (isProblem(query.error, "creator_unavailable")) {
    return (
      <Notice tone="warn">
        <strong className="block font-semibold">{t("save.conflict_title")}</strong>
        <span>{conflict(query.error)}</span>
      </Notice>
    );
  }
  if (query.isError) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} className="py-4" />;
  }
  if (!query.data) return debounced ? <PreviewSkeleton /> : null;
  const open = query.data.filter(({ reason }) => reason === null).length;
  const total = open > 0 ? t("preview.total", { count: open }) : t("preview.none");
  const days = toPreviewDays(query.data, first, zone);
  return (
    <div aria-busy={query.isPlaceholderData}>
      <p role="status" className="flex min-h-6 items-center gap-2 text-sm text-ink-soft">
        {schedule && query.isPlaceholderData && <Spinner />}
        <span>{schedule && (query.isPlaceholderData ? t("preview.updating") : total)}</span>
      </p>
      <PreviewDays days={days} zone={zone} />
    </div>
  );
}

function PreviewSkeleton() {
  return (
    <div aria-hidden className="flex flex-col gap-4 pt-2">
      {[1, 2, 3, 4, 5, 6].map((row) => (
        <div key={row} className="flex gap-4">
          <Skeleton className="h-6 w-20" />
          <Skeleton className="h-6 flex-1" />
        </div>
      ))}
    </div>
  );
}
