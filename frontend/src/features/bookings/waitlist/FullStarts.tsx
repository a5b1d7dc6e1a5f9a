import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { useMe } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatDateTime, useZone } from "~/lib/time/time";
import { invalidateAvailability } from "../book/queries";
import {
  type FullStart,
  fullStartsQuery,
  isOffer,
  joinWaitlist,
  ownWaitlistQuery,
  refetchWaitlist,
  type WaitlistEntry,
} from "./queries";
import { useTexts } from "./texts";

/** The full times of a session, each with its waitlist; nothing if there are none. */
export default function FullStarts({ sessionId, seats }: { sessionId: string; seats: number }) {
  const t = useTexts();
  const me = useMe();
  const { data: starts = [] } = useQuery(fullStartsQuery(sessionId, seats));
  const { data: entries = [] } = useQuery({ ...ownWaitlistQuery, enabled: me !== null && me !== undefined });
  const own = entries.filter(({ session }) => session === sessionId);
  if (starts.length === 0) return null;
  const title = seats > 1 ? "full.title_seats" : "full.title";
  return (
    <details className="rounded-control border border-line" open={own.length > 0 || undefined}>
      <summary className="cursor-pointer rounded-control px-4 py-3 text-sm font-semibold">
        {t(title, { count: starts.length })}
      </summary>
      <div className="border-t border-line px-4 py-3">
        <p className="text-sm text-ink-soft">{t("full.text")}</p>
        <ul className="mt-1 flex flex-col divide-y divide-line">
          {starts.map((start) => (
            <li key={start.starts_at} className="py-3">
              <Start
                sessionId={sessionId}
                start={start}
                seats={seats}
                entry={own.find(({ starts_at }) => starts_at === start.starts_at)}
                isSignedIn={me !== null}
              />
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

function Start({
  sessionId,
  start,
  seats,
  entry,
  isSignedIn,
}: {
  sessionId: string;
  start: FullStart;
  seats: number;
  entry: WaitlistEntry | undefined;
  isSignedIn: boolean;
}) {
  const t = useTexts();
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  const when = formatDateTime(start.starts_at, zone);
  const joining = useMutation({
    mutationFn: () => joinWaitlist(sessionId, start.starts_at, seats, keyOf([start.starts_at, seats])),
    onSuccess: ({ place }) => toast.success(t("full.joined", { place })),
    onError: (error) => toast.error(errorMessage(error)),
    onSettled: () => Promise.all([refetchWaitlist(), invalidateAvailability(sessionId)]),
  });
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <p className="min-w-0 text-sm">
        <time dateTime={start.starts_at} className="tabular block font-semibold">
          {when}
        </time>
        <span className="tabular text-xs text-ink-soft">
          {start.seats_left > 0 && (
            <span className="mr-2">{t("full.left", { count: start.seats_left })}</span>
          )}
          <span>{t("full.waiting", { count: start.waiting })}</span>
        </span>
      </p>
      {entry ? (
        <Own entry={entry} when={when} />
      ) : isSignedIn ? (
        <Button
          variant="secondary"
          size="sm"
          isBusy={joining.isPending}
          aria-label={t("full.join_named", { when })}
          onClick={() => joining.mutate()}
        >
          {t("full.join")}
        </Button>
      ) : (
        <Link
          to="/login"
          search={{ next: `/sessions/${sessionId}` }}
          aria-label={t("full.sign_in_named", { when })}
          className={buttonClass({ variant: "secondary", size: "sm" })}
        >
          {t("full.sign_in")}
        </Link>
      )}
    </div>
  );
}

function Own({ entry, when }: { entry: WaitlistEntry; when: string }) {
  const t = useTexts();
  if (!isOffer(entry)) {
    return <p className="tabular text-sm font-semibold">{t("full.joined", { place: entry.place })}</p>;
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <p className="text-sm font-semibold text-accent-strong">{t("full.offer")}</p>
      <Link
        to="/dashboard"
        hash="waiting"
        aria-label={t("full.see_named", { when })}
        className={buttonClass({ size: "sm" })}
      >
        {t("full.see")}
      </Link>
    </div>
  );
}
