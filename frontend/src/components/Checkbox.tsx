import { Check } from "lucide-react";
import { Checkbox as Radix } from "radix-ui";
import type { ReactNode } from "react";

export function Checkbox({
  isChecked,
  onChange,
  disabled,
  children,
}: {
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
  disabled?: boolean;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the button within
    <label className="flex min-h-9 items-center gap-3 text-sm has-disabled:opacity-55">
      <Radix.Root
        checked={isChecked}
        disabled={disabled}
        onCheckedChange={(checked) => onChange(checked === true)}
        className="inline-flex size-5 shrink-0 items-center justify-center rounded-[5px] border border-line-strong bg-surface data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Radix.Indicator>
          <Check aria-hidden strokeWidth={3} className="size-3.5 text-on-accent" />
        </Radix.Indicator>
      </Radix.Root>
      <span className="contents">{children}</span>
    </label>
  );
}
