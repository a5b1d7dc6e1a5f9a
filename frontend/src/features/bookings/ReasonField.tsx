import type { Ref } from "react";
import { Field, Textarea } from "~/components/Field";
import { stepLimits } from "~/lib/api/limits";
import { useTexts } from "./texts";

const MAX_REASON = stepLimits.reason.maxLength;
const HINT_BELOW = 100;

function remaining(reason: string): number {
  return MAX_REASON - [...reason.trim()].length;
}

export function isValidReason(reason: string): boolean {
  return remaining(reason) >= 0;
}

/** A message to the other party of a booking. Shows the remaining characters when few are left. */
export function ReasonField({
  label,
  value,
  onChange,
  hint,
  error,
  isOptional = true,
  ref,
}: {
  label: string;
  value: string;
  onChange: (reason: string) => void;
  hint?: string;
  error?: string;
  isOptional?: boolean;
  ref?: Ref<HTMLTextAreaElement>;
}) {
  const t = useTexts();
  const left = remaining(value);
  return (
    <Field
      label={label}
      isOptional={isOptional}
      hint={left >= 0 && left <= HINT_BELOW ? t("reason.left", { count: left }) : hint}
      error={left < 0 ? t("reason.long") : error}
    >
      {(field) => (
        <Textarea
          {...field}
          ref={ref}
          rows={3}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
