import { useTranslation } from "react-i18next";
import { Skeleton } from "~/components/Skeleton";

export function SessionSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" className="mx-auto max-w-6xl px-4 pt-6 pb-32 sm:px-6">
      <h1 className="sr-only">{t("loading")}</h1>
      <div className="gap-12 lg:grid lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div>
          <Skeleton className="mb-3 h-8 w-40" />
          <Skeleton className="aspect-3/2 w-full lg:aspect-2/1" />
          <Skeleton className="mt-7 h-8 w-4/5" />
          <div className="mt-5 flex items-center gap-3">
            <Skeleton isRound className="size-12" />
            <Skeleton className="h-5 w-48" />
          </div>
          <Skeleton className="mt-10 h-28 w-full" />
        </div>
        <div className="max-lg:hidden">
          <Skeleton className="mt-11 h-[36rem] w-full" />
        </div>
      </div>
    </div>
  );
}
