import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { LIMITS } from "./query";

/** Position in the list, its length, and the page links. */
export function Pager({
  page,
  limit,
  shown,
  total,
  isEstimate,
  onGo,
}: {
  page: number;
  limit: number;
  /** Number of rows on the page. */
  shown: number;
  total: number;
  isEstimate: boolean;
  onGo: (change: ListSearch) => void;
}) {
  const t = useTexts();
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const first = (page - 1) * limit + 1;
  const isLast = isEstimate ? shown < limit : page * limit >= total;
  return (
    <nav
      aria-label={t("pager.label")}
      className="mt-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 text-sm text-ink-soft"
    >
      <p role="status" className="tabular">
        {t(isEstimate ? "pager.range_about" : "pager.range", {
          first: number.format(first),
          last: number.format(first + shown - 1),
          total: number.format(total),
        })}
      </p>
      <div className="flex items-center gap-2">
        <label className="mr-2 flex items-center gap-2">
          <span className="max-sm:sr-only">{t("pager.limit")}</span>
          <select
            value={limit}
            onChange={({ target }) =>
              onGo({ limit: target.value === "20" ? undefined : Number(target.value) })
            }
            className="h-9 rounded-control border border-line-strong/60 bg-surface px-2"
          >
            {LIMITS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <Button
          variant="secondary"
          size="sm"
          disabled={page === 1}
          onClick={() => onGo({ page: page === 2 ? undefined : page - 1 })}
        >
          <ChevronLeft aria-hidden className="size-4" />
          {t("pager.previous")}
        </Button>
        <Button variant="secondary" size="sm" disabled={isLast} onClick={() => onGo({ page: page + 1 })}>
          {t("pager.next")}
          <ChevronRight aria-hidden className="size-4" />
        </Button>
      </div>
    </nav>
  );
}
