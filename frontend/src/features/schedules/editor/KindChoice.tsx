import { CalendarClock, Infinity as Endless } from "lucide-react";
import { useFormContext } from "react-hook-form";
import type { ScheduleForm } from "../model";
import { useTexts } from "../texts";

const KINDS = [
  { value: "schedule", icon: CalendarClock },
  { value: "open", icon: Endless },
] as const;

/** Fixed times, or by arrangement. */
export function KindChoice() {
  const t = useTexts();
  const { register } = useFormContext<ScheduleForm>();
  return (
    <fieldset>
      <legend className="mb-3 text-lg font-semibold">{t("kind.title")}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {KINDS.map(({ value, icon: Icon }) => (
          <label
            key={value}
            className="flex cursor-pointer gap-3 rounded-card border border-line-strong/60 bg-surface p-4 transition-colors hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input type="radio" value={value} className="sr-only" {...register("kind")} />
            <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
            <span>
              <span className="block font-semibold">{t(`kind.${value}`)}</span>
              <span className="mt-0.5 block text-sm text-ink-soft">{t(`kind.${value}_text`)}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
