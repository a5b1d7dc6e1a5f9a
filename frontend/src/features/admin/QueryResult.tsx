import type { UseQueryResult } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { useTitle } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { useTexts } from "./texts";

/** Renders a resource of the back office, or its skeleton or error. */
export function QueryResult<Resource>({
  query,
  title,
  back,
  children,
}: {
  query: UseQueryResult<Resource>;
  /** Page title until the resource is loaded. */
  title: string;
  back: ReactElement;
  children: (resource: Resource) => ReactNode;
}) {
  const t = useTexts();
  if (query.data) return children(query.data);
  if (!query.isError) return <DetailSkeleton title={title} />;
  const isGone = isProblem(query.error) && (query.error.status === 404 || query.error.status === 400);
  return (
    <>
      {back}
      {isGone ? (
        <EmptyState isPage icon={SearchX} title={t("gone.title")}>
          {t("gone.text")}
        </EmptyState>
      ) : (
        <ErrorState isPage error={query.error} onRetry={() => void query.refetch()} />
      )}
    </>
  );
}

function DetailSkeleton({ title }: { title: string }) {
  const { t } = useTranslation();
  useTitle(title);
  return (
    <div role="status" aria-label={t("loading")}>
      <Skeleton className="h-5 w-24" />
      <Skeleton className="mt-4 h-9 w-64 max-w-full" />
      <Skeleton className="mt-3 h-6 w-80 max-w-full" />
      <div className="mt-8 grid gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <Skeleton className="h-72 w-full" />
        <Skeleton className="h-56 w-full" />
      </div>
    </div>
  );
}
