import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Section } from "~/components/Section";
import { TimeInput } from "~/components/TimeInput";
import { useFormatDuration } from "~/lib/time/duration";
import type { ScheduleForm } from "../model";
import { formatMinutes, parseTime } from "../ranges";
import { type ClassTimes, toClassTimes, toWeek } from "../setup";
import { useTexts } from "../texts";
import { errorAt } from "./errorAt";
import { DAYS, useDayName } from "./WeekHours";

/** A class at fixed starts: its days, its starts and its last date. Each end follows from the duration. */
export function ClassWeek({ duration }: { duration: number }) {
  const t = useTexts();
  const words = useFormatDuration();
  const dayName = useDayName();
  const { control, register, setValue, formState } = useFormContext<ScheduleForm>();
  const week = useWatch({ control, name: "week" });
  const [typed, setTyped] = useState<ClassTimes | null>(null);
  const inForm = toClassTimes(week, duration) ?? { days: [], starts: [] };
  // what is not a time yet, and starts without a day, are not in the form
  const isTyped = typed && JSON.stringify(toWeek(typed, duration)) === JSON.stringify(week);
  const times = isTyped ? typed : inForm;
  const starts = times.starts.length > 0 ? times.starts : [""];
  const change = (next: ClassTimes) => {
    setTyped(next);
    setValue("week", toWeek(next, duration), { shouldDirty: true });
  };
  const setStart = (index: number, value: string) =>
    change({ ...times, starts: starts.map((start, at) => (at === index ? value : start)) });
  const overlap = week.some((_, day) => errorAt(formState.errors, `week.${day}`));
  return (
    <Section
      title={t("class.title")}
      text={t("class.text", { duration: words(duration) })}
      fault={overlap ? t("class.overlap", { duration: words(duration) }) : undefined}
    >
      <div className="flex flex-col gap-5">
        <fieldset>
          <legend className="mb-1.5 text-sm font-semibold">{t("class.days")}</legend>
          <div className="flex flex-wrap gap-2">
            {DAYS.map((day) => (
              <label
                key={day}
                data-checked={times.days.includes(day) || undefined}
                className="relative inline-flex min-h-11 min-w-14 cursor-pointer items-center justify-center rounded-full border border-line-strong/60 px-3.5 text-sm font-semibold transition-colors hover:border-accent data-checked:border-accent data-checked:bg-accent data-checked:text-on-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
              >
                <input
                  type="checkbox"
                  aria-label={dayName(day)}
                  checked={times.days.includes(day)}
                  onChange={({ target }) =>
                    change({
                      starts,
                      days: target.checked
                        ? [...times.days, day].sort()
                        : times.days.filter((each) => each !== day),
                    })
                  }
                  className="absolute inset-0 cursor-pointer opacity-0"
                />
                <span aria-hidden>{dayName(day).slice(0, 3)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1.5 text-sm font-semibold">{t("class.starts")}</legend>
          {starts.map((start, index) => {
            const begin = parseTime(start);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
              <div key={index} className="flex items-center gap-3">
                <span className="w-28">
                  <TimeInput
                    aria-label={t("class.start", { number: index + 1 })}
                    value={start}
                    onChange={({ target }) => setStart(index, target.value)}
                  />
                </span>
                <span className="tabular text-sm text-ink-soft" aria-live="polite">
                  {begin !== null && t("class.ends", { time: formatMinutes(begin + duration) })}
                </span>
                {starts.length > 1 && (
                  <Button
                    variant="quiet"
                    size="icon"
                    className="ml-auto"
                    aria-label={t("class.remove", { time: start })}
                    onClick={() => change({ ...times, starts: starts.filter((_, each) => each !== index) })}
                  >
                    <Trash2 aria-hidden className="size-4" />
                  </Button>
                )}
              </div>
            );
          })}
          <Button
            variant="quiet"
            size="sm"
            className="-ml-3 self-start"
            onClick={() => change({ ...times, starts: [...starts, ""] })}
          >
            <Plus aria-hidden className="size-4" />
            {t("class.add")}
          </Button>
        </fieldset>
        <Field
          label={t("class.until")}
          hint={t("class.until_hint")}
          error={errorAt(formState.errors, "valid_until")}
          isOptional
          className="sm:max-w-48"
        >
          {(field) => <Input type="date" {...field} {...register("valid_until")} />}
        </Field>
      </div>
    </Section>
  );
}
