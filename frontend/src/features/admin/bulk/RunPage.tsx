import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { OctagonX } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { BackLink } from "~/components/BackLink";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { ErrorState } from "~/components/ErrorState";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { displayName } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { AdminPage } from "../AdminPage";
import { DateTime } from "../DateTime";
import { Pager } from "../list/Pager";
import { Panel } from "../Panel";
import { QueryResult } from "../QueryResult";
import { adminKeys } from "../queryKeys";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { Progress } from "./Progress";
import { isFinished, PAGE, type Run, refusalsQuery, runQuery, stopBulk } from "./queries";
import { StateBadge } from "./StateBadge";

const PAGES = {
  users: "/admin/users/$id",
  sessions: "/admin/sessions/$id",
  bookings: "/admin/bookings/$id",
} as const;

/** A bulk action: its progress while it runs, and the rows that it could not change. */
export function RunPage({ id, search }: { id: string; search: ListSearch }) {
  const t = useTexts();
  const query = useQuery(runQuery(id));
  return (
    <QueryResult
      query={query}
      title={t("bulk.one")}
      back={<BackLink to="/admin/bulk">{t("nav.bulk")}</BackLink>}
    >
      {(run) => <Details run={run} page={Math.max(1, Number(search.page) || 1)} />}
    </QueryResult>
  );
}

function Details({ run, page }: { run: Run; page: number }) {
  const t = useTexts();
  const { i18n } = useTranslation();
  const client = useQueryClient();
  const number = new Intl.NumberFormat(i18n.language);
  const isDone = isFinished(run);
  useEffect(() => {
    // refetch the lists that it changed
    if (isDone) void client.invalidateQueries({ queryKey: adminKeys.noun(run.kind) });
  }, [client, isDone, run.kind]);
  return (
    <AdminPage
      before={<BackLink to="/admin/bulk">{t("nav.bulk")}</BackLink>}
      title={t(`bulk.run.${run.kind}`, { action: t(`bulk.action.${run.action}`) })}
      intro={
        <span className="flex flex-wrap items-center gap-3">
          <StateBadge state={run.state} />
          <span>
            <bdi>{displayName(run.staff)}</bdi> · <DateTime at={run.created_at} />
          </span>
        </span>
      }
      actions={!isDone && <Stop run={run} />}
    >
      <div className="flex max-w-4xl flex-col gap-5">
        {run.detail && <Notice tone="danger">{run.detail}</Notice>}
        <Card className="p-4 sm:p-5">
          <Progress run={run} />
          <p role="status" className="tabular mt-3 text-sm">
            <span>
              {t(isDone ? "bulk.result" : "bulk.so_far", {
                changed: number.format(run.changed),
                refused: number.format(run.refused),
              })}
            </span>
            {isDone && run.done < run.total && (
              <>
                {" "}
                <span>{t("bulk.left", { number: number.format(run.total - run.done) })}</span>
              </>
            )}
          </p>
          <p className="mt-2 text-sm text-ink-soft">
            {t("step.reason")}: <q dir="auto">{run.reason}</q>
          </p>
        </Card>
        <Report run={run} page={page} />
      </div>
    </AdminPage>
  );
}

function Stop({ run }: { run: Run }) {
  const t = useTexts();
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: () => stopBulk(run.id),
    onSuccess: (stopped) => {
      client.setQueryData(runQuery(run.id).queryKey, stopped);
      toast.success(t("bulk.stopped"));
    },
    onError: (error) => {
      toast.error(errorMessage(error));
      void client.invalidateQueries({ queryKey: runQuery(run.id).queryKey });
    },
  });
  return (
    <Button variant="secondary" isBusy={stop.isPending} onClick={() => stop.mutate()}>
      <OctagonX aria-hidden className="size-4" />
      {t("bulk.stop")}
    </Button>
  );
}

/** The rows that were not changed, and why. */
function Report({ run, page }: { run: Run; page: number }) {
  const t = useTexts();
  const navigate = useNavigate();
  const refusals = useQuery({ ...refusalsQuery(run.id, run.refused, page), enabled: run.refused > 0 });
  const rows = refusals.data?.rows;
  return (
    <Panel title={t("bulk.report")}>
      {run.refused === 0 ? (
        <p className="text-sm text-ink-soft">
          {t(isFinished(run) ? "bulk.no_refusals" : "bulk.no_refusals_yet")}
        </p>
      ) : rows ? (
        <>
          <ul className="divide-y divide-line text-sm">
            {rows.map(({ id, label, detail }) => (
              <li key={id} className="py-2.5">
                <Link
                  to={PAGES[run.kind]}
                  params={{ id }}
                  className="font-medium underline-offset-4 hover:underline"
                >
                  {label}
                </Link>
                <p className="text-ink-soft">{detail}</p>
              </li>
            ))}
          </ul>
          {(refusals.data?.total ?? 0) > PAGE && (
            <Pager
              page={page}
              limit={PAGE}
              shown={rows.length}
              total={refusals.data?.total ?? 0}
              isEstimate={false}
              onGo={({ page: to }) => void navigate({ to: ".", search: { run: run.id, page: to } })}
            />
          )}
        </>
      ) : refusals.isError ? (
        <ErrorState error={refusals.error} onRetry={() => void refusals.refetch()} className="py-4" />
      ) : (
        <Skeleton className="h-32 w-full" />
      )}
    </Panel>
  );
}
