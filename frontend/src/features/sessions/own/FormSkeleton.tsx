import { useTranslation } from "react-i18next";
import { Skeleton } from "~/components/Skeleton";

/** Placeholder of a form with its side panel. */
export function FormSkeleton() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-label={t("loading")}
      className="grid gap-6 lg:grid-cols-[1fr_20rem] lg:items-start"
    >
      <div className="flex flex-col gap-6">
        {[1, 2, 3].map((card) => (
          <div key={card} className="rounded-card border border-line bg-surface p-4 sm:p-6">
            <Skeleton className="h-6 w-40" />
            <Skeleton className="mt-6 h-11 w-full" />
            <Skeleton className="mt-5 h-11 w-full" />
            <Skeleton className="mt-5 h-11 w-1/2" />
          </div>
        ))}
      </div>
      <Skeleton className="h-80 w-full" />
    </div>
  );
}
