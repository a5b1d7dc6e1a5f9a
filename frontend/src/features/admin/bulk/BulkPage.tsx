import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { displayName } from "~/lib/auth/me";
import { AdminPage } from "../AdminPage";
import { DateTime } from "../DateTime";
import { ListSkeleton } from "../list/ListSkeleton";
import { Pager } from "../list/Pager";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { Progress } from "./Progress";
import { PAGE, runsQuery } from "./queries";
import { RunPage } from "./RunPage";
import { StateBadge } from "./StateBadge";

/** The list of bulk actions, or one of them with its progress and report. */
export function BulkPage({ search }: { search: ListSearch }) {
  return search.run ? (
    <RunPage key={String(search.run)} id={String(search.run)} search={search} />
  ) : (
    <RunsPage search={search} />
  );
}

function RunsPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const navigate = useNavigate();
  const page = Math.max(1, Math.trunc(Number(search.page ?? 1)) || 1);
  const query = useQuery(runsQuery(page));
  const { rows = [], total = 0 } = query.data ?? {};
  return (
    <AdminPage title={t("nav.bulk")} intro={t("bulk.intro")}>
      {query.isPending ? (
        <ListSkeleton columns={4} />
      ) : query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={ListChecks} title={t("bulk.none")}>
          {t("bulk.none_text")}
        </EmptyState>
      ) : (
        <>
          <ul className="divide-y divide-line rounded-card border border-line bg-surface shadow-soft">
            {rows.map((run) => (
              <li
                key={run.id}
                className="grid gap-x-6 gap-y-2 p-4 md:grid-cols-[minmax(0,1fr)_16rem_8rem] md:items-center"
              >
                <div className="min-w-0">
                  <Link
                    to="/admin/bulk"
                    search={{ run: run.id }}
                    className="font-medium underline-offset-4 hover:underline"
                  >
                    {t(`bulk.run.${run.kind}`, { action: t(`bulk.action.${run.action}`) })}
                  </Link>
                  <p className="text-sm text-ink-soft">
                    <bdi>{displayName(run.staff)}</bdi> · <DateTime at={run.created_at} />
                  </p>
                </div>
                <Progress run={run} />
                <span className="md:text-right">
                  <StateBadge state={run.state} />
                </span>
              </li>
            ))}
          </ul>
          {total > PAGE && (
            <Pager
              page={page}
              limit={PAGE}
              shown={rows.length}
              total={total}
              isEstimate={false}
              onGo={({ page: to }) => void navigate({ to: ".", search: to ? { page: to } : {} })}
            />
          )}
        </>
      )}
    </AdminPage>
  );
}
