import type { ErrorComponentProps } from "@tanstack/react-router";
import { useRouter } from "@tanstack/react-router";
import { Bug } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { useTitle } from "~/components/Page";
import { isProblem, Problem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";

/** Code of the page that did not come: without a connection, or since a new version took its place. */
const CHUNK_ERROR = /dynamically imported module|importing a module script/i;

/** What stands in place of a page that broke. What the server refused is said in words; a fault of ours has a number. */
export function PageCrash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const isChunkError = error instanceof Error && CHUNK_ERROR.test(error.message);
  const problem = isProblem(error) ? error : isChunkError ? Problem.offline() : null;

  const retry = () => {
    // what failed to load once is not asked for again by the page that asked for it
    if (isChunkError) return location.reload();
    // cached data may be what the page crashed on
    if (!problem) queryClient.removeQueries({ type: "inactive" });
    reset();
    void router.invalidate();
  };
  const latest = useRef(retry);
  useEffect(() => {
    latest.current = retry;
  });
  const isOffline = problem?.code === "offline";
  useEffect(() => {
    if (!isOffline) return;
    const retryNow = () => latest.current();
    addEventListener("online", retryNow);
    return () => removeEventListener("online", retryNow);
  }, [isOffline]);

  if (problem?.status === 404) return <NotFound />;
  return problem ? (
    <ProblemPage problem={problem} onRetry={retry} />
  ) : (
    <CrashPage error={error} onRetry={retry} />
  );
}

function ProblemPage({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const { t } = useTranslation();
  useTitle(t("states.failed_title"));
  return <ErrorState error={problem} onRetry={onRetry} isPage className="py-24" />;
}

function CrashPage({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const [id] = useState(() => crypto.randomUUID().slice(0, 8));
  useTitle(t("states.crash_title"));
  useEffect(() => {
    // the number finds this error in the console and in error reporting
    reportError(new Error(`Page fault ${id}`, { cause: error }));
  }, [id, error]);
  return (
    <div role="alert">
      <EmptyState
        isPage
        icon={Bug}
        title={t("states.crash_title")}
        className="py-24"
        action={
          <>
            <Button onClick={onRetry}>{t("actions.retry")}</Button>
            <Button variant="secondary" onClick={() => location.assign("/")}>
              {t("actions.home")}
            </Button>
          </>
        }
      >
        {t("states.crash_text", { id })}
      </EmptyState>
    </div>
  );
}
