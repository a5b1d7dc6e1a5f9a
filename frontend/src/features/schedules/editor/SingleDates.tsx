import { CalendarPlus, Trash2 } from "lucide-react";
import { useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Section } from "~/components/Section";
import { TimeInput } from "~/components/TimeInput";
import type { Day } from "~/lib/time/days";
import { useFormatDuration } from "~/lib/time/duration";
import type { ScheduleForm } from "../model";
import { rangeOf } from "../setup";
import { useTexts } from "../texts";
import { errorAt } from "./errorAt";

/** One date, or several: each with its start. The end follows from the duration. */
export function SingleDates({ duration, today }: { duration: number; today: Day }) {
  const t = useTexts();
  const words = useFormatDuration();
  const { control } = useFormContext<ScheduleForm>();
  const { fields, append, remove } = useFieldArray({ control, name: "extras" });
  return (
    <Section title={t("date.title")} text={t("class.text", { duration: words(duration) })}>
      <ul className="flex flex-col gap-4">
        {fields.map((field, index) => (
          <SingleDate
            key={field.id}
            index={index}
            duration={duration}
            today={today}
            onRemove={fields.length > 1 ? () => remove(index) : undefined}
          />
        ))}
      </ul>
      <Button
        variant="quiet"
        size="sm"
        className="mt-4 -ml-3"
        onClick={() => append({ date: "", ...rangeOf("", duration) })}
      >
        <CalendarPlus aria-hidden className="size-4" />
        {t("date.add")}
      </Button>
    </Section>
  );
}

function SingleDate({
  index,
  duration,
  today,
  onRemove,
}: {
  index: number;
  duration: number;
  today: Day;
  onRemove: (() => void) | undefined;
}) {
  const t = useTexts();
  const { control, register, setValue, formState } = useFormContext<ScheduleForm>();
  const row = useWatch({ control, name: `extras.${index}` });
  const errorOf = (name: "date" | "starts") =>
    formState.isSubmitted || row?.date ? errorAt(formState.errors, `extras.${index}.${name}`) : undefined;
  return (
    <li className="flex flex-wrap items-start gap-4">
      <Field label={t("date.date")} error={errorOf("date")} className="w-44">
        {(field) => <Input type="date" min={today} {...field} {...register(`extras.${index}.date`)} />}
      </Field>
      <Field
        label={t("date.starts")}
        error={errorOf("starts")}
        hint={row?.ends && t("class.ends", { time: row.ends })}
        className="w-32"
      >
        {(field) => (
          <TimeInput
            {...field}
            value={row?.starts ?? ""}
            onChange={({ target }) =>
              setValue(`extras.${index}`, { date: row?.date ?? "", ...rangeOf(target.value, duration) })
            }
          />
        )}
      </Field>
      {onRemove && (
        <Button
          variant="quiet"
          size="icon"
          className="mt-6"
          aria-label={t("extras.remove", { day: row?.date ?? "" })}
          onClick={onRemove}
        >
          <Trash2 aria-hidden className="size-4" />
        </Button>
      )}
    </li>
  );
}
