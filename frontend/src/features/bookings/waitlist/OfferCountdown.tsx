import { useEffect } from "react";
import { useServerNow } from "~/lib/time/serverClock";
import { announcedMinutes, clockOf } from "../pay/state";
import { useTexts } from "./texts";

/** The time left to accept, by the server's clock. Screen readers announce only a few of its minutes. */
export function OfferCountdown({ until, onEnd }: { until: string; onEnd: () => void }) {
  const t = useTexts();
  const left = Date.parse(until) - useServerNow().getTime();
  const minutes = announcedMinutes(left);
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) onEnd();
  }, [isOver, onEnd]);
  return (
    <>
      <span role="timer" aria-live="off">
        {clockOf(left)}
      </span>
      <span role="status" className="sr-only">
        {minutes !== null && t(`ends.${minutes as 0 | 1 | 2 | 5 | 10}`)}
      </span>
    </>
  );
}
