import { Plus, Trash2 } from "lucide-react";
import { type UseFieldArrayReturn, useFormContext } from "react-hook-form";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import type { SessionForm } from "../model";
import { MAX_TIERS, nextTier } from "../policy";
import { useTexts } from "../texts";

/** The tiers of a creator's own cancellation policy, earliest first. */
export function TierFields({ tiers }: { tiers: UseFieldArrayReturn<SessionForm, "cancellation_policy"> }) {
  const t = useTexts();
  const { register, formState, getValues } = useFormContext<SessionForm>();
  const { fields, append, remove } = tiers;
  const faults = formState.errors.cancellation_policy;
  return (
    <div className="mt-4 flex flex-col gap-4">
      {fields.map(({ id }, index) => {
        const number = index + 1;
        return (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset would ignore the grid in some browsers
          <div
            key={id}
            role="group"
            aria-label={t("policy.tier", { number })}
            className="grid grid-cols-[1fr_1fr_auto] items-start gap-3"
          >
            <Field label={t("policy.hours")} error={faults?.[index]?.hours_before?.message}>
              {(field) => (
                <Input
                  inputMode="numeric"
                  {...field}
                  {...register(`cancellation_policy.${index}.hours_before`)}
                />
              )}
            </Field>
            <Field label={t("policy.percent")} error={faults?.[index]?.refund_percent?.message}>
              {(field) => (
                <Input
                  inputMode="numeric"
                  {...field}
                  {...register(`cancellation_policy.${index}.refund_percent`)}
                />
              )}
            </Field>
            <Button
              variant="quiet"
              size="icon"
              className="mt-6.5"
              aria-label={t("policy.remove", { number })}
              disabled={fields.length === 1}
              onClick={() => remove(index)}
            >
              <Trash2 aria-hidden className="size-4" />
            </Button>
          </div>
        );
      })}
      {fields.length < MAX_TIERS && (
        <Button
          variant="secondary"
          size="sm"
          className="self-start"
          onClick={() => append(nextTier(getValues("cancellation_policy")))}
        >
          <Plus aria-hidden className="size-4" />
          {t("policy.add")}
        </Button>
      )}
    </div>
  );
}
