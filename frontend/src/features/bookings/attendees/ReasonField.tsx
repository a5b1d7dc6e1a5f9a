import { Field, Textarea } from "~/components/Field";
import { stepLimits } from "~/lib/api/limits";
import { useTexts } from "./texts";

const MAX_REASON = stepLimits.reason.maxLength;
const WORTH_SAYING = 100;

export function isReason(reason: string): boolean {
  return [...reason.trim()].length <= MAX_REASON;
}

/** A word to those who are affected. */
export function ReasonField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (reason: string) => void;
}) {
  const t = useTexts();
  const left = MAX_REASON - [...value.trim()].length;
  return (
    <Field
      label={label}
      isOptional
      hint={left >= 0 && left <= WORTH_SAYING ? t("reason.left", { count: left }) : undefined}
      error={left < 0 ? t("reason.long") : undefined}
    >
      {(field) => (
        <Textarea {...field} rows={3} value={value} onChange={({ target }) => onChange(target.value)} />
      )}
    </Field>
  );
}
