import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorState } from "~/components/ErrorState";
import { scheduleQuery } from "~/features/schedules/queries";
import { ScheduleEditor } from "~/features/schedules/ScheduleEditor";
import { useZone } from "~/lib/time/time";
import type { Session } from "../queries";
import { FormSkeleton } from "./FormSkeleton";
import { cacheSession, changeSession } from "./queries";

/** Edits a session's schedule. A hidden session can be published from here. */
export function TimesPart({ session, onDirty }: { session: Session; onDirty: (isDirty: boolean) => void }) {
  const client = useQueryClient();
  const zone = useZone();
  const schedule = useQuery(scheduleQuery(session.id));
  if (!schedule.data) {
    return schedule.isError ? (
      <ErrorState error={schedule.error} onRetry={() => void schedule.refetch()} />
    ) : (
      <FormSkeleton />
    );
  }
  return (
    <ScheduleEditor
      session={{ id: session.id, duration: session.duration, isHidden: session.status === "inactive" }}
      schedule={schedule.data}
      zone={zone}
      onDirty={onDirty}
      onPublish={async () => cacheSession(client, await changeSession(session.id, { status: "active" }))}
    />
  );
}
