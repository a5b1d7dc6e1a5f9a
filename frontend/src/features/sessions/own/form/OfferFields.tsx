import { useSuspenseQuery } from "@tanstack/react-query";
import { useFormContext, useWatch } from "react-hook-form";
import { Field, Input } from "~/components/Field";
import { Section } from "~/components/Section";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { cn } from "~/lib/cn";
import { useFormatDuration } from "~/lib/time/duration";
import type { SessionForm } from "../model";
import { useTexts } from "../texts";

const USUAL_DURATIONS = ["30", "45", "60", "90", "120"];

export function OfferFields() {
  const t = useTexts();
  const { currency } = useSuspenseQuery(marketplaceQuery).data;
  const { formState, register, control } = useFormContext<SessionForm>();
  const { errors } = formState;
  const seats = useWatch({ control, name: "max_participants" });
  return (
    <Section title={t("form.offer")}>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t("form.duration")} error={errors.duration?.message} className="sm:col-span-2">
          {(field) => (
            <div className="flex flex-wrap items-center gap-3">
              <span className="flex items-center gap-3 text-sm text-ink-soft">
                <span className="w-24">
                  <Input inputMode="numeric" {...field} {...register("duration")} />
                </span>
                {t("form.minutes")}
              </span>
              <UsualDurations />
            </div>
          )}
        </Field>
        <Field label={t("form.price")} hint={t("form.price_hint")} error={errors.price?.message}>
          {(field) => (
            <span className="flex items-center gap-3 text-sm text-ink-soft">
              <span className="w-32">
                <Input inputMode="decimal" placeholder="25" {...field} {...register("price")} />
              </span>
              <span>{currency}</span>
            </span>
          )}
        </Field>
        <Field
          label={t("form.seats")}
          hint={/^\d+$/.test(seats) && Number(seats) > 0 && seatsHint(t, Number(seats))}
          error={errors.max_participants?.message}
        >
          {(field) => (
            <span className="block w-32">
              <Input inputMode="numeric" {...field} {...register("max_participants")} />
            </span>
          )}
        </Field>
      </div>
    </Section>
  );
}

function seatsHint(t: ReturnType<typeof useTexts>, count: number): string {
  return count === 1 ? t("form.one_to_one") : t("form.group", { count });
}

function UsualDurations() {
  const t = useTexts();
  const words = useFormatDuration();
  const { control, setValue } = useFormContext<SessionForm>();
  const duration = useWatch({ control, name: "duration" });
  return (
    <fieldset className="flex flex-wrap gap-1.5">
      <legend className="sr-only">{t("form.duration_presets")}</legend>
      {USUAL_DURATIONS.map((usual) => (
        <button
          key={usual}
          type="button"
          aria-pressed={duration === usual}
          onClick={() => setValue("duration", usual, { shouldDirty: true, shouldValidate: true })}
          className={cn(
            "h-9 rounded-full border px-3 text-sm font-medium transition-colors",
            duration === usual
              ? "border-accent bg-accent-soft text-accent-strong"
              : "border-line-strong/60 text-ink-soft hover:border-line-strong hover:text-ink",
          )}
        >
          {words(Number(usual))}
        </button>
      ))}
    </fieldset>
  );
}
