import { displayName, useMe } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { formatDateTime, useZone } from "~/lib/time/time";
import { type Actor, type HistoryStep, historySteps } from "./steps";
import { useTexts } from "./texts";
import type { BookingHistory } from "./types";

const DOTS: Partial<Record<HistoryStep["name"], string>> = {
  confirmed: "bg-good",
  paid: "bg-good",
  unpaid: "bg-danger",
  request_confirmed: "bg-good",
  request_declined: "bg-danger",
  request_expired: "bg-danger",
  took_place: "bg-good",
  completed: "bg-good",
  declined: "bg-danger",
  expired: "bg-danger",
  cancelled: "bg-danger",
};

/** The history of a booking: each step with its actor and time, oldest first. */
export function History({ booking }: { booking: BookingHistory }) {
  const t = useTexts();
  const zone = useZone();
  const me = useMe();
  const names: Record<Exclude<Actor, "you">, string> = {
    learner: displayName(booking.user_details),
    creator: displayName(booking.session_details.creator_details),
    staff: t("own.actor.staff"),
    marketplace: t("own.actor.marketplace"),
  };
  return (
    <ol className="flex flex-col">
      {historySteps(booking, me?.id ?? "").map((step) => (
        <li
          key={`${step.at} ${step.name}`}
          className="relative flex gap-3 pb-4 last:pb-0 [&:not(:last-child)]:before:absolute [&:not(:last-child)]:before:top-4 [&:not(:last-child)]:before:bottom-0 [&:not(:last-child)]:before:left-[5px] [&:not(:last-child)]:before:w-px [&:not(:last-child)]:before:bg-line"
        >
          <span
            aria-hidden
            className={cn("mt-1.5 size-[11px] shrink-0 rounded-full", DOTS[step.name] ?? "bg-accent")}
          />
          <div className="min-w-0 text-sm">
            <p className="font-medium">
              {t(`own.step.${step.name}.${step.actor === "you" ? "you" : "other"}`, {
                name: step.actor === "you" ? "" : names[step.actor],
                from: step.moved?.from ? formatDateTime(step.moved.from, zone) : (step.seats?.from ?? ""),
                to: step.moved ? formatDateTime(step.moved.to, zone) : (step.seats?.to ?? ""),
              })}
            </p>
            <time dateTime={step.at} className="tabular block text-xs text-ink-faint">
              {formatDateTime(step.at, zone)}
            </time>
            {step.reason && (
              <q
                dir="auto"
                className="mt-1.5 block border-l-2 border-line pl-3 whitespace-pre-line text-ink-soft"
              >
                {step.reason}
              </q>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
