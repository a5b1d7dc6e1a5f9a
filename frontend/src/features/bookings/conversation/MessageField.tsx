import type { KeyboardEvent, Ref } from "react";
import { Field, Textarea } from "~/components/Field";
import { HINT_BELOW, MAX_TEXT, remaining } from "./messages";
import { useTexts } from "./texts";

/** The text of a message. Shows the remaining characters when few are left; Ctrl or ⌘ with Enter sends. */
export function MessageField({
  label,
  hint,
  value,
  error,
  onChange,
  onSend,
  ref,
}: {
  label: string;
  hint?: string;
  value: string;
  error?: string;
  onChange: (text: string) => void;
  onSend: () => void;
  ref?: Ref<HTMLTextAreaElement>;
}) {
  const t = useTexts();
  const left = remaining(value);
  const sendByKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onSend();
  };
  return (
    <Field
      label={label}
      hint={left >= 0 && left <= HINT_BELOW ? t("left", { count: left }) : hint}
      error={left < 0 ? t("long", { count: MAX_TEXT }) : error}
    >
      {(field) => (
        <Textarea
          {...field}
          ref={ref}
          rows={3}
          value={value}
          onChange={({ target }) => onChange(target.value)}
          onKeyDown={sendByKey}
        />
      )}
    </Field>
  );
}
