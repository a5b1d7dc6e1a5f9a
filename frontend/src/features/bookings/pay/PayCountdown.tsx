import { useEffect } from "react";
import { useServerNow } from "~/lib/time/serverClock";
import { announcedMinutes, clockOf } from "./state";
import { useTexts } from "./texts";

/** The time left to pay, by the server's clock. Screen readers announce only a few of its minutes. */
export function PayCountdown({
  until,
  onEnd,
  className,
}: {
  until: string;
  onEnd?: () => void;
  className?: string;
}) {
  const t = useTexts();
  const left = Date.parse(until) - useServerNow().getTime();
  const minutes = announcedMinutes(left);
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) onEnd?.();
  }, [isOver, onEnd]);
  return (
    <>
      <span role="timer" aria-live="off" className={className}>
        {clockOf(left)}
      </span>
      <span role="status" className="sr-only">
        {minutes !== null && t(`left.${minutes as 0 | 1 | 2 | 5 | 10}`)}
      </span>
    </>
  );
}
