import { useFormContext } from "react-hook-form";
import { Field, Input, Select } from "~/components/Field";
import { Section } from "~/components/Section";
import { type ScheduleForm, UNITS, type Unit } from "../model";
import { useTexts } from "../texts";
import { errorAt } from "./errorAt";

/** Buffers around a session, minimum notice, booking window, and the dates between which the schedule applies. */
export function Limits() {
  const t = useTexts();
  const { formState, register } = useFormContext<ScheduleForm>();
  const amountError = (name: string) => errorAt(formState.errors, name);
  return (
    <Section title={t("limits.title")} text={t("limits.buffer_hint")}>
      <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
        {(["buffer_before", "buffer_after"] as const).map((name) => (
          <Field key={name} label={t(`limits.${name}`)} error={amountError(name)}>
            {(field) => (
              <WithUnit unit={t("limits.minutes")}>
                <Input inputMode="numeric" {...field} {...register(name)} />
              </WithUnit>
            )}
          </Field>
        ))}
        <Field label={t("limits.notice")} hint={t("limits.notice_hint")} error={amountError("notice.amount")}>
          {(field) => (
            <span className="flex gap-2">
              <span className="w-24">
                <Input inputMode="numeric" {...field} {...register("notice.amount")} />
              </span>
              <span className="min-w-0 flex-1">
                <Select aria-label={t("limits.notice_unit")} {...register("notice.unit")}>
                  {(Object.keys(UNITS) as Unit[]).map((unit) => (
                    <option key={unit} value={unit}>
                      {t(`limits.units.${unit}`)}
                    </option>
                  ))}
                </Select>
              </span>
            </span>
          )}
        </Field>
        <Field label={t("limits.horizon")} hint={t("limits.horizon_hint")} error={amountError("horizon")}>
          {(field) => (
            <WithUnit unit={t("limits.days")}>
              <Input inputMode="numeric" {...field} {...register("horizon")} />
            </WithUnit>
          )}
        </Field>
        <Field label={t("limits.valid_from")} isOptional error={amountError("valid_from")}>
          {(field) => <Input type="date" {...field} {...register("valid_from")} />}
        </Field>
        <Field
          label={t("limits.valid_until")}
          isOptional
          hint={t("limits.valid_hint")}
          error={amountError("valid_until")}
        >
          {(field) => <Input type="date" {...field} {...register("valid_until")} />}
        </Field>
      </div>
    </Section>
  );
}

function WithUnit({ unit, children }: { unit: string; children: React.ReactNode }) {
  return (
    <span className="flex items-center gap-3 text-sm text-ink-soft">
      <span className="w-24">{children}</span>
      <span aria-hidden>{unit}</span>
    </span>
  );
}
