import { Star } from "lucide-react";
import { cn } from "~/lib/cn";
import { useTexts } from "./texts";

export const MAX_STARS = 5;
export const ALL_STARS = Array.from({ length: MAX_STARS }, (_, index) => index + 1);

/** The stars of one review. */
export function Stars({ stars }: { stars: number }) {
  const t = useTexts();
  return (
    <span role="img" aria-label={t("stars", { count: stars })} className="inline-flex gap-0.5">
      {ALL_STARS.map((each) => (
        <Star
          key={each}
          aria-hidden
          className={cn("size-4", each <= stars ? "fill-current text-warn" : "text-line-strong")}
        />
      ))}
    </span>
  );
}
