import { Trash2 } from "lucide-react";
import { type Path, useFormContext, useWatch } from "react-hook-form";
import { Button } from "~/components/Button";
import { CONTROL_STYLE } from "~/components/Field";
import { TimeInput } from "~/components/TimeInput";
import { cn } from "~/lib/cn";
import { useFormatDuration } from "~/lib/time/duration";
import type { ScheduleForm } from "../model";
import { formatMinutes, isOvernight, listStarts, type RangeForm, toSpan } from "../ranges";
import { useTexts } from "../texts";
import { errorAt } from "./errorAt";

const MAX_LISTED = 5;

/** A range of hours: start, end, interval between starts, and the resulting starts. `day` names its day. */
export function RangeFields({
  path,
  day,
  duration,
  onRemove,
}: {
  path: `week.${number}.ranges.${number}` | `exceptions.${number}.ranges.${number}` | `extras.${number}`;
  day: string;
  /** Duration of the session in minutes; `null` for hours that are not divided into starts. */
  duration: number | null;
  onRemove: () => void;
}) {
  const t = useTexts();
  const { control, register, formState } = useFormContext<ScheduleForm>();
  const range = useWatch({ control, name: path as Path<ScheduleForm> }) as unknown as RangeForm | undefined;
  const field = (name: keyof RangeForm) => {
    const errorOf = errorAt(formState.errors, `${path}.${name}`);
    return {
      ...register(`${path}.${name}` as Path<ScheduleForm>),
      "aria-invalid": errorOf ? (true as const) : undefined,
      "aria-describedby": `${path}-said`,
    };
  };
  const rangeErrors = (["starts", "ends", "step"] as const).flatMap(
    (name) => errorAt(formState.errors, `${path}.${name}`) ?? [],
  ) as string[];
  if (!range) return null;
  return (
    <div>
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 sm:max-w-36">
          <TimeInput aria-label={t("range.from", { day })} {...field("starts")} />
        </span>
        <span aria-hidden>–</span>
        <span className="min-w-0 flex-1 sm:max-w-36">
          <TimeInput aria-label={t("range.until", { day })} {...field("ends")} />
        </span>
        <Button
          variant="quiet"
          size="icon"
          aria-label={t("range.remove", { day, range: `${range.starts}–${range.ends}` })}
          onClick={onRemove}
        >
          <Trash2 aria-hidden className="size-4" />
        </Button>
      </div>
      <div className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-ink-soft">
        {duration !== null && (
          <>
            <span aria-hidden>{t("range.every")}</span>
            <input
              inputMode="numeric"
              placeholder={String(duration)}
              aria-label={t("range.step", { day })}
              className={cn(CONTROL_STYLE, "h-9 w-14 px-2 text-center")}
              {...field("step")}
            />
            <span aria-hidden>{t("range.minutes")}</span>
          </>
        )}
        <div id={`${path}-said`} className="w-full text-xs">
          {rangeErrors.length > 0 ? (
            <p role="alert" className="font-medium text-danger">
              {rangeErrors.join(" ")}
            </p>
          ) : duration === null ? (
            isOvernight(range) && <p className="text-ink-faint">{t("range.next_day")}</p>
          ) : (
            <Starts range={range} duration={duration} />
          )}
        </div>
      </div>
    </div>
  );
}

/** The first few starts of a range and the last. */
function Starts({ range, duration }: { range: RangeForm; duration: number }) {
  const t = useTexts();
  const words = useFormatDuration();
  const starts = listStarts(range, duration).map(formatMinutes);
  if (!toSpan(range)) return null;
  if (starts.length === 0) {
    return <p className="font-medium text-warn">{t("range.too_short", { duration: words(duration) })}</p>;
  }
  const list =
    starts.length <= MAX_LISTED
      ? starts.join(", ")
      : `${starts.slice(0, MAX_LISTED - 2).join(", ")} … ${starts[starts.length - 1]}`;
  return (
    <p className="tabular text-ink-faint">
      <span>{t("range.starts", { count: starts.length, list })}</span>
      <span>{isOvernight(range) && ` · ${t("range.next_day")}`}</span>
    </p>
  );
}
