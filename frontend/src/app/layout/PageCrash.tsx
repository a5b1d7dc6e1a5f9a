import type { ErrorComponentProps } from "@tanstack/react-router";
import { useRouter } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { useTitle } from "~/components/Page";
import { isProblem, Problem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";

/** A chunk that failed to load: offline, or replaced by a new version. */
const CHUNK_ERROR = /dynamically imported module|importing a module script/i;

/** Error page. Shows the server's message for a refused request; a client error gets a number. */
export function PageCrash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const isChunkError = error instanceof Error && CHUNK_ERROR.test(error.message);
  const problem = isProblem(error) ? error : isChunkError ? Problem.offline() : null;

  const retry = () => {
    // the browser does not retry a failed import, so reload
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
    // the number links this error to the console and error reporting
    reportError(new Error(`Page fault ${id}`, { cause: error }));
  }, [id, error]);
  return (
    <div role="alert">
      <EmptyState
        isPage
        icon={RotateCw}
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
