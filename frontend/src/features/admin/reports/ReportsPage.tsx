import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Flag } from "lucide-react";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { Cover } from "~/features/sessions/Cover";
import { displayName } from "~/lib/auth/me";
import { AdminPage } from "../AdminPage";
import { Pager } from "../list/Pager";
import type { ListSearch } from "../search";
import { SessionBadges } from "../sessions/SessionBadges";
import { useTexts } from "../texts";
import { REPORTS_PAGE, reportsQuery } from "./queries";
import { ReportCard } from "./ReportCard";

/** Unresolved reports, oldest first. */
export function ReportsPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const navigate = useNavigate();
  const page = Math.max(1, Math.trunc(Number(search.page ?? 1)) || 1);
  const query = useQuery(reportsQuery(page));
  const { reports = [], total = 0 } = query.data ?? {};
  return (
    <AdminPage title={t("nav.reports")} intro={t("reports.intro")}>
      {query.isPending ? (
        <div className="flex max-w-4xl flex-col gap-4">
          {[1, 2, 3].map((each) => (
            <Skeleton key={each} className="h-40 w-full" />
          ))}
        </div>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : reports.length === 0 ? (
        <EmptyState icon={Flag} title={t("reports.none")}>
          {t("reports.none_text")}
        </EmptyState>
      ) : (
        <>
          <ul className="flex max-w-4xl flex-col gap-4">
            {reports.map((report) => {
              const session = report.session_details;
              return (
                <li key={report.id}>
                  <Card className="grid gap-4 p-4 sm:grid-cols-[9rem_minmax(0,1fr)] sm:p-5">
                    <Cover session={session} className="self-start rounded-control max-sm:hidden" />
                    <div className="min-w-0">
                      <div className="mb-3 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
                        <div className="min-w-0">
                          <h2 className="text-base">
                            <Link
                              to="/admin/sessions/$id"
                              params={{ id: session.id }}
                              className="underline-offset-4 hover:underline"
                            >
                              <bdi>{session.title}</bdi>
                            </Link>
                          </h2>
                          <p dir="auto" className="text-sm text-ink-soft">
                            {displayName(session.creator_details)}
                          </p>
                        </div>
                        <SessionBadges
                          session={{ ...session, hidden_at: session.moderation?.hidden_at ?? null }}
                        />
                      </div>
                      <ReportCard report={report} />
                    </div>
                  </Card>
                </li>
              );
            })}
          </ul>
          {total > REPORTS_PAGE && (
            <Pager
              page={page}
              limit={REPORTS_PAGE}
              shown={reports.length}
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
