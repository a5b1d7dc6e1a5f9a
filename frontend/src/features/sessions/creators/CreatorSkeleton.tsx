import { useTranslation } from "react-i18next";
import { Skeleton } from "~/components/Skeleton";
import { GridSkeleton } from "../catalog/Grid";

export function CreatorSkeleton() {
  const { t } = useTranslation();
  return (
    <div className="mx-auto max-w-6xl px-4 pt-8 pb-20 sm:px-6 sm:pt-10">
      <div role="status">
        <h1 className="sr-only">{t("loading")}</h1>
        <div className="flex items-center gap-5">
          <Skeleton isRound className="size-24" />
          <div className="flex flex-col gap-3">
            <Skeleton className="h-8 w-52" />
            <Skeleton className="h-4 w-64 max-w-full" />
          </div>
        </div>
        <Skeleton className="mt-7 h-24 w-full max-w-prose" />
      </div>
      <div className="mt-12">
        <GridSkeleton count={4} />
      </div>
    </div>
  );
}
