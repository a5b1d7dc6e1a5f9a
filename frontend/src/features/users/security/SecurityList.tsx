import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";

type Props<T> = {
  query: UseQueryResult<T[]>;
  /** What is said when there are none. */
  none: string;
  children: (item: T) => ReactNode;
};

/** A list of a security section, while it loads, when it fails, and when it is empty. */
export function SecurityList<T>({ query: { data, error, refetch }, none, children }: Props<T>) {
  const { t } = useTranslation();
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />;
  if (!data)
    return (
      <div role="status" aria-label={t("loading")}>
        <Skeleton className="h-14 w-full" />
      </div>
    );
  if (data.length === 0) return <p className="text-sm text-ink-soft">{none}</p>;
  return <ul className="flex flex-col divide-y divide-line">{data.map(children)}</ul>;
}
