import { Link } from "@tanstack/react-router";
import { hasFewSeatsLeft } from "~/features/slots/bookable";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useTexts as useSessionTexts } from "../texts";
import type { NextTime } from "./queries";
import { useTexts } from "./texts";

/** The next free times of a creator; each leads to its session with that time chosen. */
export function NextTimes({ times }: { times: NextTime[] }) {
  const t = useTexts();
  const words = useSessionTexts();
  const zone = useZone();
  if (times.length === 0) return null;
  return (
    <section aria-labelledby="next" className="mt-9">
      <h2 id="next" className="mb-3 text-xl">
        {t("next")}
      </h2>
      <ul className="grid gap-2.5 sm:grid-cols-2 lg:grid-cols-3">
        {times.map(({ session, slot }) => (
          <li key={session.id}>
            <Link
              to="/sessions/$id"
              params={{ id: session.id }}
              search={{ at: slot.starts_at }}
              className="flex h-full flex-col gap-0.5 rounded-control border border-line bg-surface px-4 py-3 transition-colors hover:border-line-strong"
            >
              <span className="tabular flex flex-wrap items-baseline justify-between gap-x-3 text-sm font-semibold">
                <span>{formatDateTime(slot.starts_at, zone)}</span>
                {hasFewSeatsLeft(slot) && (
                  <span className="font-medium text-warn">
                    {words("card.left", { count: slot.seats_left })}
                  </span>
                )}
              </span>
              <span dir="auto" className="line-clamp-2 text-sm text-ink-soft">
                {session.title}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
