import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { DateTime } from "../DateTime";
import { Panel } from "../Panel";
import { adminKeys } from "../queryKeys";
import { useTexts } from "../texts";
import { type FailingJob, failingJobsQuery, retryJob } from "./queries";

/** Failing jobs: the error, the next automatic retry, and a button to retry now. */
export function FailingJobs() {
  const t = useTexts();
  const query = useQuery(failingJobsQuery);
  return (
    <div id="jobs" className="scroll-mt-20">
      <Panel title={t("jobs.title")}>
        {query.data ? (
          <ul className="divide-y divide-line">
            {query.data.rows.map((job) => (
              <Job key={job.id} job={job} />
            ))}
          </ul>
        ) : query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} className="py-4" />
        ) : (
          <Skeleton className="h-24 w-full" />
        )}
      </Panel>
    </div>
  );
}

function Job({ job }: { job: FailingJob }) {
  const t = useTexts();
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => retryJob(job.id),
    onSuccess: () => toast.success(t("jobs.retried")),
    onError: (error) => toast.error(errorMessage(error)),
    onSettled: () => void client.invalidateQueries({ queryKey: adminKeys.all }),
  });
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 py-3 text-sm">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">
          <span>{job.name}</span>{" "}
          <span className="font-normal text-ink-soft">
            · <span>{t("jobs.tries", { count: job.attempts })}</span>
          </span>
        </p>
        <p className="break-words text-ink-soft">{job.error}</p>
        <p className="text-xs text-ink-faint">
          {t("jobs.next")} <DateTime at={job.next_at} />
        </p>
      </div>
      <Button variant="secondary" size="sm" isBusy={retry.isPending} onClick={() => retry.mutate()}>
        {!retry.isPending && <RotateCw aria-hidden className="size-4" />}
        <span>{t("jobs.retry")}</span>
      </Button>
    </li>
  );
}
