import { lazy, Suspense, useState } from "react";
import { Skeleton } from "~/components/Skeleton";
import { cn } from "~/lib/cn";
import { dateKey, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import { Choices } from "./Choices";
import { matchQuickRange, QUICK, quickRange } from "./dates";
import type { FilterProps } from "./filters";

const DayRange = lazy(() => import("./DayRange"));

/** Filters by days with a free time: a preset or a range. */
export function DateFilter({ search, onChange }: FilterProps) {
  const t = useTexts();
  const zone = useZone();
  const today = dateKey(new Date(), zone);
  const { from, to } = search;
  const quick = matchQuickRange({ from, to }, today);
  const [isCustom, setCustom] = useState(Boolean(from || to) && !quick);
  return (
    <div className={cn(isCustom && "md:flex md:gap-4")}>
      <Choices
        legend={t("filters.date")}
        value={isCustom ? "own" : (quick ?? "any")}
        onChoose={(value) => {
          setCustom(value === "own");
          const chosen = QUICK.find((each) => each === value);
          if (value !== "own")
            onChange(chosen ? quickRange(chosen, today) : { from: undefined, to: undefined });
        }}
        choices={[
          { value: "any", label: t("filters.any_date") },
          ...QUICK.map((each) => ({ value: each, label: t(`filters.quick.${each}`) })),
          { value: "own", label: t("filters.own_dates") },
        ]}
      />
      {isCustom && (
        <div className="w-full max-md:mt-2 max-md:border-t max-md:border-line max-md:pt-3 md:w-80 md:border-l md:border-line md:pl-4">
          <Suspense fallback={<Skeleton className="h-80 w-full" />}>
            <DayRange from={from} to={to} today={today} onChange={onChange} />
          </Suspense>
        </div>
      )}
    </div>
  );
}
