import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Card } from "~/components/Card";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Skeleton } from "~/components/Skeleton";
import type { Session } from "../queries";
import { ArchiveDialog } from "./ArchiveDialog";
import { OwnSessionRow } from "./OwnSessionRow";
import { ownSessionsQuery } from "./queries";
import { useTexts } from "./texts";

/** The creator's sessions, hidden ones too, newest first. */
export function OwnSessions() {
  const t = useTexts();
  const query = useInfiniteQuery(ownSessionsQuery);
  const [archived, setArchived] = useState<Session | null>(null);
  const sessions = query.data?.pages.flatMap(({ items }) => items);
  return (
    <section aria-labelledby="own-sessions">
      <h2 id="own-sessions" className="mb-4 text-xl">
        {t("list.title")}
      </h2>
      {!sessions && query.isError && (
        <Card>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Card>
      )}
      {!sessions && query.isPending && <ListSkeleton />}
      {sessions && sessions.length > 0 && (
        <Card>
          <ul className="divide-y divide-line">
            {sessions.map((session) => (
              <OwnSessionRow key={session.id} session={session} onArchive={() => setArchived(session)} />
            ))}
          </ul>
        </Card>
      )}
      <MoreButton of={query} className="mt-5 flex justify-center" />
      {archived && <ArchiveDialog session={archived} onClose={() => setArchived(null)} />}
    </section>
  );
}

function ListSkeleton() {
  const t = useTexts();
  return (
    <Card>
      <div role="status" aria-label={t("list.loading")} className="divide-y divide-line">
        {[1, 2, 3, 4].map((row) => (
          <div key={row} className="flex items-center gap-4 p-4 sm:px-5">
            <Skeleton className="h-14 w-21 shrink-0" />
            <div className="flex-1">
              <Skeleton className="h-5 w-3/5" />
              <Skeleton className="mt-2 h-4 w-2/5" />
            </div>
            <Skeleton className="h-7 w-12 rounded-full" />
          </div>
        ))}
      </div>
    </Card>
  );
}
