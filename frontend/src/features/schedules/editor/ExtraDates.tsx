import { CalendarPlus } from "lucide-react";
import { useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Section } from "~/components/Section";
import { addDays, type Day, formatDayLong } from "~/lib/time/days";
import type { ScheduleForm } from "../model";
import { dayOffset, formatMinutes } from "../ranges";
import { useTexts } from "../texts";
import { errorAt } from "./errorAt";
import { RangeFields } from "./RangeFields";

const EVENING = 18 * 60;

/** Single dates in addition to the weekly hours: a one-off class, an extra evening. */
export function ExtraDates({ duration, today }: { duration: number; today: Day }) {
  const t = useTexts();
  const { control, formState } = useFormContext<ScheduleForm>();
  const { fields, append, remove } = useFieldArray({ control, name: "extras" });
  const add = () =>
    append({
      date: addDays(today, 7),
      starts: formatMinutes(EVENING),
      ends: formatMinutes(EVENING + duration),
      step: "",
    });
  return (
    <Section title={t("extras.title")} text={t("extras.text")} fault={errorAt(formState.errors, "extras")}>
      {fields.length > 0 && (
        <ul className="mb-5 divide-y divide-line border-y border-line">
          {fields.map((field, index) => (
            <ExtraDateRow key={field.id} index={index} duration={duration} onRemove={() => remove(index)} />
          ))}
        </ul>
      )}
      <Button variant="secondary" size="sm" onClick={add}>
        <CalendarPlus aria-hidden className="size-4" />
        {t("extras.add")}
      </Button>
    </Section>
  );
}

function ExtraDateRow({
  index,
  duration,
  onRemove,
}: {
  index: number;
  duration: number;
  onRemove: () => void;
}) {
  const t = useTexts();
  const { control, formState, register } = useFormContext<ScheduleForm>();
  const date = useWatch({ control, name: `extras.${index}.date` }) ?? "";
  const name = dayOffset(date) === null ? t("exceptions.new_date") : formatDayLong(date);
  return (
    <li className="py-4">
      <fieldset className="flex min-w-0 flex-col gap-3">
        <legend className="sr-only">{name}</legend>
        <Field
          label={t("exceptions.date")}
          error={errorAt(formState.errors, `extras.${index}.date`)}
          className="sm:max-w-48"
        >
          {(field) => <Input type="date" {...field} {...register(`extras.${index}.date`)} />}
        </Field>
        <RangeFields path={`extras.${index}`} day={name} duration={duration} onRemove={onRemove} />
      </fieldset>
    </li>
  );
}
