import { useTranslation } from "react-i18next";
import { Skeleton } from "~/components/Skeleton";

const ROWS = [1, 2, 3, 4, 5, 6, 7, 8];

export function ListSkeleton({ columns }: { columns: number }) {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-label={t("loading")}
      className="overflow-hidden rounded-card border border-line bg-surface shadow-soft"
    >
      {ROWS.map((row) => (
        <div key={row} className="flex items-center gap-6 border-b border-line p-4 last:border-b-0">
          <Skeleton className="h-5 w-48" />
          {Array.from({ length: Math.max(0, columns - 1) }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike, and never change places
            <Skeleton key={index} className="h-5 flex-1 max-md:hidden" />
          ))}
        </div>
      ))}
    </div>
  );
}
