import { Field, Textarea } from "~/components/Field";
import { useTexts } from "./texts";

const REASON_MOST = 500;
const WORTH_SAYING = 100;

export function isReason(reason: string): boolean {
  return [...reason.trim()].length <= REASON_MOST;
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
  const left = REASON_MOST - [...value.trim()].length;
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
