import type { ComponentProps } from "react";
import { readClock } from "~/lib/time/clock";
import { Input } from "./Field";

/**
 * A time of day on the clock that all times are printed in, 24 hours; the browser's own field uses that of its locale.
 * Other spellings are rewritten on leaving the field.
 */
export function TimeInput({ onBlur, onChange, ...rest }: ComponentProps<"input">) {
  return (
    <Input
      {...rest}
      type="text"
      autoComplete="off"
      placeholder="18:30"
      maxLength={8}
      onChange={onChange}
      onBlur={(event) => {
        const clock = readClock(event.target.value);
        if (clock && clock !== event.target.value) {
          event.target.value = clock;
          onChange?.(event);
        }
        onBlur?.(event);
      }}
    />
  );
}
