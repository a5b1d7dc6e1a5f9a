import { type ComponentProps, useId, useState } from "react";
import { readClock } from "~/lib/time/clock";
import { Input } from "./Field";

const QUARTERS = Array.from({ length: 96 }, (_, quarter) => {
  const [hour, minute] = [Math.floor(quarter / 4), (quarter % 4) * 15];
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
});

/**
 * A time of day on the clock that all times are printed in, 24 hours; the browser's own field uses that of its locale.
 * Suggests quarter hours. Other spellings, such as "6 pm", are rewritten on leaving the field.
 */
export function TimeInput({ onBlur, onChange, onFocus, ...rest }: ComponentProps<"input">) {
  const quarters = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Input
        {...rest}
        type="text"
        list={isOpen ? quarters : undefined}
        autoComplete="off"
        placeholder="18:30"
        maxLength={8}
        onChange={onChange}
        onFocus={(event) => {
          setOpen(true);
          onFocus?.(event);
        }}
        onBlur={(event) => {
          setOpen(false);
          const clock = readClock(event.target.value);
          if (clock && clock !== event.target.value) {
            event.target.value = clock;
            onChange?.(event);
          }
          onBlur?.(event);
        }}
      />
      {isOpen && (
        <datalist id={quarters}>
          {QUARTERS.map((quarter) => (
            <option key={quarter} value={quarter} />
          ))}
        </datalist>
      )}
    </>
  );
}
