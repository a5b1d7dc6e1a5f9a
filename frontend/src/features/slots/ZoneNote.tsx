import { Globe } from "lucide-react";
import { cn } from "~/lib/cn";
import { zoneNameAt } from "~/lib/time/time";
import { useTexts } from "./texts";

/** Names the zone of the times shown, with their offset. */
export function ZoneNote({ zone, times, className }: { zone: string; times: string[]; className?: string }) {
  const t = useTexts();
  return (
    <p className={cn("flex gap-2 text-xs text-ink-faint", className)}>
      <Globe aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span>{t("zone", { zone: zoneNameAt(zone, ...times) })}</span>
    </p>
  );
}
