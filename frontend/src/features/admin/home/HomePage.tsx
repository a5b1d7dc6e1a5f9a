import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { zoneName } from "~/lib/time/time";
import { AdminPage } from "../AdminPage";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { Attention } from "./Attention";
import { FailingJobs } from "./FailingJobs";
import { Numbers } from "./Numbers";
import { dashboardQuery, SPANS } from "./queries";

const DEFAULT_DAYS = 30;

export function HomePage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const navigate = useNavigate();
  const days = SPANS.find((each) => each === Number(search.days)) ?? DEFAULT_DAYS;
  const query = useQuery(dashboardQuery(days));
  const dashboard = query.data;
  return (
    <AdminPage
      title={t("nav.dashboard")}
      intro={dashboard && t("home.zone", { zone: zoneName(dashboard.time_zone) })}
      actions={
        <label className="flex items-center gap-2 text-sm text-ink-soft">
          <span className="sr-only">{t("home.span")}</span>
          <select
            value={days}
            onChange={({ target }) =>
              void navigate({
                to: ".",
                search: Number(target.value) === DEFAULT_DAYS ? {} : { days: Number(target.value) },
                replace: true,
              })
            }
            className="h-10 rounded-control border border-line-strong/60 bg-surface px-3 text-ink"
          >
            {SPANS.map((each) => (
              <option key={each} value={each}>
                {t("home.days", { count: each })}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {dashboard ? (
        <div className="flex flex-col gap-5">
          <Attention attention={dashboard.attention} />
          <Numbers dashboard={dashboard} />
          {dashboard.attention.failed_jobs > 0 && <FailingJobs />}
        </div>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <HomeSkeleton />
      )}
    </AdminPage>
  );
}

function HomeSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {[1, 2, 3, 4, 5].map((each) => (
          <Skeleton key={each} className="h-20 w-full" />
        ))}
      </div>
      <Skeleton className="h-80 w-full" />
    </div>
  );
}
