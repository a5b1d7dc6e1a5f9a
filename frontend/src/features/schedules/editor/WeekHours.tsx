import { Plus } from "lucide-react";
import { useFieldArray, useFormContext } from "react-hook-form";
import { Button } from "~/components/Button";
import { Section } from "~/components/Section";
import { nextRange, type ScheduleForm } from "../model";
import { useTexts } from "../texts";
import { CopyDay } from "./CopyDay";
import { errorAt } from "./errorAt";
import { RangeFields } from "./RangeFields";

export const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
export type DayIndex = (typeof DAYS)[number];

/** The name of a weekday by its index, from Monday. */
export function useDayName(): (day: DayIndex) => string {
  const t = useTexts();
  return (day) => t(`weekdays.${(day + 1) as 1 | 2 | 3 | 4 | 5 | 6 | 7}`);
}

/** The hours of each weekday. Without a `duration` they are not divided into starts. */
export function WeekHours({ duration }: { duration: number | null }) {
  const t = useTexts();
  const { formState } = useFormContext<ScheduleForm>();
  return (
    <Section
      title={t("week.title")}
      text={t(duration === null ? "hours.text" : "week.text")}
      fault={errorAt(formState.errors, "week")}
    >
      <div className="-my-2.5 divide-y divide-line">
        {DAYS.map((day) => (
          <DayHours key={day} day={day} duration={duration} />
        ))}
      </div>
    </Section>
  );
}

function DayHours({ day, duration }: { day: DayIndex; duration: number | null }) {
  const t = useTexts();
  const name = useDayName()(day);
  const { control, getValues } = useFormContext<ScheduleForm>();
  const { fields, append, remove } = useFieldArray({ control, name: `week.${day}.ranges` });
  return (
    <fieldset className="relative min-w-0 py-2.5">
      <legend className="sr-only">{name}</legend>
      <div className="flex gap-x-4 gap-y-1 max-sm:flex-col">
        <div aria-hidden className="flex h-11 w-28 items-center font-semibold">
          {name}
        </div>
        <div className="flex min-w-0 flex-1 flex-col gap-4">
          {fields.length === 0 && (
            <p className="flex h-11 items-center text-sm text-ink-faint max-sm:absolute max-sm:top-2.5 max-sm:left-28">
              {t("week.closed")}
            </p>
          )}
          {fields.map((field, index) => (
            <RangeFields
              key={field.id}
              path={`week.${day}.ranges.${index}`}
              day={name}
              duration={duration}
              onRemove={() => remove(index)}
            />
          ))}
        </div>
        <div className="flex max-sm:absolute max-sm:top-2.5 max-sm:right-0">
          <Button
            variant="quiet"
            size="icon"
            aria-label={t("week.add", { day: name })}
            onClick={() => append(nextRange(getValues(`week.${day}.ranges`), duration ?? 0))}
          >
            <Plus aria-hidden className="size-5" />
          </Button>
          <CopyDay day={day} />
        </div>
      </div>
    </fieldset>
  );
}
