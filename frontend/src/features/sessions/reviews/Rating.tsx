import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Schema } from "~/lib/api/client";
import { cn } from "~/lib/cn";
import { useTexts } from "../texts";

/** The average and the number of reviews, such as "4.6 (12)"; nothing without reviews. */
export function Rating({
  rating: { average, count },
  className,
}: {
  rating: Schema<"RatingOut">;
  className?: string;
}) {
  const t = useTexts();
  const { language } = useTranslation().i18n;
  if (average === null) return null;
  const shown = new Intl.NumberFormat(language, { minimumFractionDigits: 1 }).format(average);
  const number = new Intl.NumberFormat(language).format(count);
  return (
    <span className={cn("tabular inline-flex shrink-0 items-center gap-1", className)}>
      <Star aria-hidden className="size-4 fill-current text-warn" />
      <span aria-hidden>
        <strong className="font-semibold text-ink">{shown}</strong> <span>{`(${number})`}</span>
      </span>
      <span className="sr-only">{t("card.rating", { average: shown, number, count })}</span>
    </span>
  );
}
