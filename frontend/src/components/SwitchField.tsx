import { type ReactNode, useId } from "react";
import { Switch } from "./Switch";

/** A switch with a label and a hint, which is announced again when the switch changes. */
export function SwitchField({
  label,
  hint,
  isOn,
  onChange,
}: {
  label: ReactNode;
  hint?: ReactNode;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="min-w-0">
        <label htmlFor={id} className="text-sm font-semibold">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} aria-live="polite" className="mt-0.5 text-sm text-ink-soft">
            {hint}
          </p>
        )}
      </div>
      <Switch
        id={id}
        checked={isOn}
        onCheckedChange={onChange}
        aria-describedby={hint ? `${id}-hint` : undefined}
      />
    </div>
  );
}
