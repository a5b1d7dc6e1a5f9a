import type { ComponentProps } from "react";
import { Field, Input } from "~/components/Field";
import { useTwoStepTexts } from "./texts";

type Props = ComponentProps<"input"> & {
  error: string | undefined;
  /** Whether a recovery code is asked for, which has letters. */
  isRecovery?: boolean;
  hint?: string;
};

/** A code of an authenticator app, which phones offer to fill in, or a recovery code. */
export function CodeField({ error, isRecovery = false, hint, ...rest }: Props) {
  const t = useTwoStepTexts();
  return (
    <Field
      label={t(isRecovery ? "code.recovery_label" : "code.label")}
      hint={hint ?? t(isRecovery ? "code.recovery_hint" : "code.hint")}
      error={error}
    >
      {(field) => (
        <Input
          key={isRecovery ? "recovery" : "app"}
          type="text"
          inputMode={isRecovery ? "text" : "numeric"}
          autoComplete={isRecovery ? "off" : "one-time-code"}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          className="tabular-nums tracking-wider"
          {...field}
          {...rest}
        />
      )}
    </Field>
  );
}

/** Switches between the two kinds of codes. */
export function KindSwitch({ isRecovery, onSwitch }: { isRecovery: boolean; onSwitch: () => void }) {
  const t = useTwoStepTexts();
  return (
    <button
      type="button"
      onClick={onSwitch}
      className="min-h-6 self-start text-sm font-semibold text-accent underline-offset-4 hover:underline"
    >
      {t(isRecovery ? "code.use_app" : "code.use_recovery")}
    </button>
  );
}
