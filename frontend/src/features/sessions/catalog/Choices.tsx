import { Check } from "lucide-react";
import { type ReactNode, useId } from "react";

export type Choice = { value: string; label: ReactNode; count?: string | undefined };

/** Radio buttons, one per line, with their counts. */
export function Choices({
  legend,
  choices,
  value,
  onChoose,
}: {
  legend: string;
  choices: Choice[];
  value: string | undefined;
  onChoose: (value: string) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend className="sr-only">{legend}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          data-checked={choice.value === value || undefined}
          className="flex min-h-10 cursor-pointer items-center gap-3 rounded-control px-2.5 text-sm transition-colors hover:bg-sunk data-checked:font-semibold data-checked:text-accent-strong has-focus-visible:outline-2 has-focus-visible:outline-accent max-sm:min-h-11"
        >
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChoose(choice.value)}
            className="peer sr-only"
          />
          <span className="flex flex-1 items-center gap-3">{choice.label}</span>
          {choice.count !== undefined && (
            <span className="tabular text-xs font-normal text-ink-faint">{choice.count}</span>
          )}
          <Check aria-hidden className="invisible size-4 peer-checked:visible" />
        </label>
      ))}
    </fieldset>
  );
}
