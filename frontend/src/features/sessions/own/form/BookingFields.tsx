import { Controller, useFormContext, useWatch } from "react-hook-form";
import { Field, Input } from "~/components/Field";
import { Section } from "~/components/Section";
import { SwitchField } from "~/components/SwitchField";
import type { SessionForm } from "../model";
import { type Texts, useTexts } from "../texts";

const DAY = 24;

/** Confirmation and cancellation rules. */
export function BookingFields() {
  const t = useTexts();
  const { formState, register, control } = useFormContext<SessionForm>();
  const notice = useWatch({ control, name: "cancellation_notice" });
  return (
    <Section title={t("form.booking")}>
      <div className="flex flex-col gap-6">
        <Controller
          control={control}
          name="requires_confirmation"
          render={({ field: { value, onChange } }) => (
            <SwitchField
              label={t("form.confirm")}
              hint={t(value ? "form.confirm_on" : "form.confirm_off")}
              isOn={value}
              onChange={onChange}
            />
          )}
        />
        <Field
          label={t("form.notice")}
          hint={noticeHint(t, notice)}
          error={formState.errors.cancellation_notice?.message}
        >
          {(field) => (
            <span className="flex items-center gap-3 text-sm text-ink-soft">
              <span className="w-24">
                <Input inputMode="numeric" {...field} {...register("cancellation_notice")} />
              </span>
              {t("form.hours")}
            </span>
          )}
        </Field>
      </div>
    </Section>
  );
}

function noticeHint(t: Texts, text: string): string | undefined {
  if (!/^\d{1,4}$/.test(text.trim())) return undefined;
  const hours = Number(text);
  if (hours === 0) return t("form.notice_0");
  if (hours % DAY === 0) return t("form.notice_days", { count: hours / DAY });
  return t("form.notice_hours", { count: hours });
}
