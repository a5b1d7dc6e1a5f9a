import { useTranslation } from "react-i18next";
import { Skeleton } from "~/components/Skeleton";

/** Placeholder for pages without a skeleton of their own. */
export function PagePending() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="mx-auto w-full max-w-6xl px-4 py-10 sm:px-6">
      <Skeleton className="h-9 w-64" />
      <Skeleton className="mt-4 h-5 w-96 max-w-full" />
      <Skeleton className="mt-10 h-40 w-full rounded-card" />
      <Skeleton className="mt-4 h-40 w-full rounded-card" />
    </div>
  );
}
