import { useInfiniteQuery } from "@tanstack/react-query";
import { ListOrdered } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "~/components/Avatar";
import { Card } from "~/components/Card";
import { MoreButton } from "~/components/MoreButton";
import { displayName } from "~/lib/auth/me";
import { formatDateTime, formatTimeRange, useZone } from "~/lib/time/time";
import { type WaitlistEntry, waitingPeopleQuery } from "./queries";
import { useTexts } from "./texts";

/** Who waits for the creator's sessions, by start; nothing if no one does. */
export default function WaitingPeople({ session }: { session: string | undefined }) {
  const t = useTexts();
  const query = useInfiniteQuery(waitingPeopleQuery(session));
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (entries.length === 0) return null;
  return (
    <section aria-labelledby="people-waiting" className="mb-8">
      <h2 id="people-waiting" className="flex items-center gap-2 text-lg">
        <ListOrdered aria-hidden className="size-5 text-accent" />
        <span>{t("people.title")}</span>
      </h2>
      <p className="mt-1 text-sm text-ink-soft">{t("people.text")}</p>
      <div className="mt-4 flex flex-col gap-3">
        {byStart(entries).map((line) => (
          <Line key={`${line[0].session} ${line[0].starts_at}`} line={line} />
        ))}
      </div>
      <MoreButton of={query} className="mt-4 flex justify-center" />
    </section>
  );
}

function Line({ line }: { line: [WaitlistEntry, ...WaitlistEntry[]] }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const zone = useZone();
  const [{ title, starts_at, ends_at }] = line;
  return (
    <Card className="p-4 sm:p-5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 className="min-w-0 text-base">
          <bdi>{title}</bdi>
        </h3>
        <span className="tabular text-sm text-ink-soft">{t("people.count", { count: line.length })}</span>
      </div>
      <p className="tabular text-sm">{formatTimeRange(starts_at, ends_at, zone)}</p>
      <ol className="mt-3 flex flex-col gap-2 border-t border-line pt-3">
        {line.map(({ id, user, seats, place, offer_until }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
            <Avatar person={user} size="sm" />
            <bdi className="min-w-0 font-semibold">{displayName(user)}</bdi>
            <span className="tabular text-ink-soft">{common("seats", { count: seats })}</span>
            <span className="tabular ml-auto text-xs text-ink-soft">
              {offer_until === null
                ? t("people.place", { place })
                : t("people.offered", { when: formatDateTime(offer_until, zone) })}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** Groups entries, which are in the order of their starts, by session and start. */
function byStart(entries: WaitlistEntry[]): [WaitlistEntry, ...WaitlistEntry[]][] {
  const lines = new Map<string, [WaitlistEntry, ...WaitlistEntry[]]>();
  for (const entry of entries) {
    const key = `${entry.session} ${entry.starts_at}`;
    const line = lines.get(key);
    if (line) line.push(entry);
    else lines.set(key, [entry]);
  }
  return [...lines.values()];
}
