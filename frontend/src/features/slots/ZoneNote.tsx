import { Globe } from "lucide-react";
import { cn } from "~/components/cn";
import { sameClock, zoneName } from "~/components/time";
import type { Bookable } from "./bookable";
import { useTexts } from "./texts";

/** Whose clock the times are on, and the creator's where it says something else at `sample`. */
export function ZoneNote({
  session,
  zone,
  sample,
  className,
}: {
  session: Bookable;
  zone: string;
  sample: string | undefined;
  className?: string;
}) {
  const t = useTexts();
  const other = session.time_zone;
  const differs = other && sample && !sameClock(sample, zone, other);
  return (
    <p className={cn("flex gap-2 text-xs text-ink-faint", className)}>
      <Globe aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span>
        {t("zone", { zone: zoneName(zone) })}
        {differs && ` ${t("zone_beside", { zone: zoneName(other) })}`}
      </span>
    </p>
  );
}
