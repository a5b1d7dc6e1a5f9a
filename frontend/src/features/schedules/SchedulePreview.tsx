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
import { dateKey, formatDay } from "~/lib/time/time";
import type { ScheduleIn } from "./model";
import { PreviewDays } from "./PreviewDays";
import { daysOf, PREVIEW_DAYS, windowOf } from "./preview";
import { previewQuery } from "./queries";
import { useTexts } from "./texts";
import { useConflict } from "./useConflict";

const STILL = 400;

/**
 * The next two weeks as learners will see them, judged by the server's own rules on what is typed but not saved yet.
 * `schedule` is `null` while something in it is wrong.
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
  const [turned, setTurned] = useState(0);
  const [chosenZone, setChosenZone] = useState<string | null>(null);
  const seenFrom = chosenZone ?? zone;
  const first = addDays(today, turned * PREVIEW_DAYS);

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
              {(field) => <ZonePicker {...field} value={seenFrom} onChange={setChosenZone} />}
            </Field>
            <Turning first={first} turned={turned} onTurn={setTurned} />
            {!schedule && (
              <Notice tone="warn" className="mb-3">
                {t("preview.faulty")}
              </Notice>
            )}
            <TwoWeeks sessionId={sessionId} schedule={schedule} first={first} zone={seenFrom} />
          </>
        )}
      </section>
    </Card>
  );
}

function Turning({
  first,
  turned,
  onTurn,
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
        onClick={() => onTurn(turned - 1)}
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
        onClick={() => onTurn(turned + 1)}
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
  const conflict = useConflict();
  const settled = useDebounced(schedule, STILL);
  const found = useQuery(previewQuery(sessionId, settled, windowOf(first, zone)));
  if (isProblem(found.error, "creator_unavailable")) {
    return (
      <Notice tone="warn">
        <strong className="block font-semibold">{t("save.conflict_title")}</strong>
        {conflict(found.error)}
      </Notice>
    );
  }
  if (found.isError) {
    return <ErrorState error={found.error} onRetry={() => void found.refetch()} className="py-4" />;
  }
  if (!found.data) return settled ? <PreviewSkeleton /> : null;
  const open = found.data.filter(({ reason }) => reason === null).length;
  const total = open > 0 ? t("preview.total", { count: open }) : t("preview.none");
  const days = daysOf(found.data, first, zone);
  return (
    <div aria-busy={found.isPlaceholderData}>
      <p role="status" className="flex min-h-6 items-center gap-2 text-sm text-ink-soft">
        {schedule && found.isPlaceholderData && <Spinner />}
        {schedule && (found.isPlaceholderData ? t("preview.updating") : total)}
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
