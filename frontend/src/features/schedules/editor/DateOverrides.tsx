import { CalendarOff, Clock, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { Button } from "~/components/Button";
import { Field, Input, Select } from "~/components/Field";
import { Section } from "~/components/Section";
import { addDays, type Day, formatDayLong } from "~/lib/time/days";
import { addDaysOff, nextRange, type ScheduleForm } from "../model";
import { dayOffset } from "../ranges";
import { useTexts } from "../texts";
import { DaysOffDialog } from "./DaysOffDialog";
import { errorAt } from "./errorAt";
import { RangeFields } from "./RangeFields";

/** Dates that override the weekly hours: days off and different hours. */
export function DateOverrides({ duration, today }: { duration: number; today: Day }) {
  const t = useTexts();
  const { control, formState, getValues } = useFormContext<ScheduleForm>();
  const { fields, append, remove, replace } = useFieldArray({ control, name: "exceptions" });
  const dates = useWatch({ control, name: "exceptions" });
  const [isDialogOpen, setDialogOpen] = useState(false);
  const past = dates.filter(({ date }) => date !== "" && date < today).length;

  const addHours = () => {
    const takenDates = new Set(getValues("exceptions").map(({ date }) => date));
    let date = addDays(today);
    while (takenDates.has(date)) date = addDays(date);
    append({ date, ranges: [nextRange([], duration)] });
  };

  return (
    <Section
      title={t("exceptions.title")}
      text={t("exceptions.text")}
      fault={errorAt(formState.errors, "exceptions")}
    >
      {fields.length === 0 && <p className="mb-4 text-sm text-ink-faint">{t("exceptions.empty")}</p>}
      {fields.length > 0 && (
        <ul className="mb-5 divide-y divide-line border-y border-line">
          {fields.map((field, index) => (
            <DateOverrideRow
              key={field.id}
              index={index}
              duration={duration}
              today={today}
              onRemove={() => remove(index)}
            />
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        <Button variant="secondary" size="sm" onClick={() => setDialogOpen(true)}>
          <CalendarOff aria-hidden className="size-4" />
          {t("exceptions.add_off")}
        </Button>
        <Button variant="secondary" size="sm" onClick={addHours}>
          <Clock aria-hidden className="size-4" />
          {t("exceptions.add_hours")}
        </Button>
        {past > 0 && (
          <Button
            variant="quiet"
            size="sm"
            onClick={() => replace(getValues("exceptions").filter(({ date }) => !(date < today)))}
          >
            {t("exceptions.clear_past", { count: past })}
          </Button>
        )}
      </div>
      {isDialogOpen && (
        <DaysOffDialog
          today={today}
          onClose={() => setDialogOpen(false)}
          onAdd={(first, last) => replace(addDaysOff(getValues("exceptions"), first, last))}
        />
      )}
    </Section>
  );
}

function DateOverrideRow({
  index,
  duration,
  today,
  onRemove,
}: {
  index: number;
  duration: number;
  today: Day;
  onRemove: () => void;
}) {
  const t = useTexts();
  const { control, formState, getValues, register } = useFormContext<ScheduleForm>();
  const { fields, append, remove, replace } = useFieldArray({ control, name: `exceptions.${index}.ranges` });
  const date = useWatch({ control, name: `exceptions.${index}.date` }) ?? "";
  const name = dayOffset(date) === null ? t("exceptions.new_date") : formatDayLong(date);
  return (
    <li className="py-4">
      <fieldset className="flex min-w-0 flex-col gap-3">
        <legend className="sr-only">{name}</legend>
        <div className="flex flex-wrap items-end gap-2">
          <Field
            label={t("exceptions.date")}
            error={errorAt(formState.errors, `exceptions.${index}.date`)}
            hint={date !== "" && date < today ? t("exceptions.past") : undefined}
            className="min-w-0 basis-full sm:basis-48"
          >
            {(field) => <Input type="date" {...field} {...register(`exceptions.${index}.date`)} />}
          </Field>
          <div className="min-w-0 flex-1 sm:max-w-44">
            <Select
              aria-label={t("exceptions.kind", { day: name })}
              value={fields.length === 0 ? "off" : "hours"}
              onChange={({ target }) => replace(target.value === "off" ? [] : [nextRange([], duration)])}
            >
              <option value="off">{t("exceptions.off")}</option>
              <option value="hours">{t("exceptions.hours")}</option>
            </Select>
          </div>
          <Button
            variant="quiet"
            size="icon"
            className="ml-auto"
            aria-label={t("exceptions.remove", { day: name })}
            onClick={onRemove}
          >
            <Trash2 aria-hidden className="size-4" />
          </Button>
        </div>
        {fields.map((field, range) => (
          <RangeFields
            key={field.id}
            path={`exceptions.${index}.ranges.${range}`}
            day={name}
            duration={duration}
            onRemove={() => remove(range)}
          />
        ))}
        {fields.length > 0 && (
          <Button
            variant="quiet"
            size="sm"
            className="self-start"
            aria-label={t("exceptions.add_range", { day: name })}
            onClick={() => append(nextRange(getValues(`exceptions.${index}.ranges`), duration))}
          >
            <Plus aria-hidden className="size-4" />
            {t("exceptions.more_hours")}
          </Button>
        )}
      </fieldset>
    </li>
  );
}
