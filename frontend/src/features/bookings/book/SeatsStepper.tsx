import { Minus, Plus } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Button } from "~/components/Button";
import { useTexts } from "../texts";

/** A number of seats, typed or changed by one. */
export function SeatsStepper({
  value,
  min = 1,
  max,
  onChange,
}: {
  value: number;
  min?: number;
  max: number;
  onChange: (value: number) => void;
}) {
  const t = useTexts();
  const id = useId();
  const [text, setText] = useState(String(value));
  useEffect(() => void setText(String(value)), [value]);

  function commit() {
    const entered = Math.round(Number(text));
    const isNumber = text.trim() !== "" && Number.isFinite(entered);
    const count = isNumber ? Math.min(Math.max(entered, min), max) : value;
    setText(String(count));
    if (count !== value) onChange(count);
  }

  return (
    <div className="flex items-center justify-between gap-4">
      <div>
        <label htmlFor={id} className="text-sm font-semibold">
          {t("book.seats")}
        </label>
        <p id={`${id}-most`} className="text-xs text-ink-faint">
          {t("book.seats_most", { count: max })}
        </p>
      </div>
      <div className="flex items-center gap-1">
        <Button
          variant="secondary"
          size="icon"
          aria-label={t("book.seats_less")}
          disabled={value <= min}
          onClick={() => onChange(value - 1)}
        >
          <Minus aria-hidden className="size-4" />
        </Button>
        <input
          id={id}
          type="number"
          inputMode="numeric"
          min={min}
          max={max}
          value={text}
          aria-describedby={`${id}-most`}
          onChange={({ target }) => setText(target.value)}
          onBlur={commit}
          onKeyDown={({ key }) => key === "Enter" && commit()}
          className="tabular h-11 w-14 rounded-control bg-transparent text-center text-base font-semibold [appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none"
        />
        <Button
          variant="secondary"
          size="icon"
          aria-label={t("book.seats_more")}
          disabled={value >= max}
          onClick={() => onChange(value + 1)}
        >
          <Plus aria-hidden className="size-4" />
        </Button>
      </div>
    </div>
  );
}
