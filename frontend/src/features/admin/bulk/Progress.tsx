import { useTranslation } from "react-i18next";
import { useTexts } from "../texts";
import type { Run } from "./queries";

export function Progress({ run: { done, total } }: { run: Run }) {
  const t = useTexts();
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const share = total === 0 ? 1 : done / total;
  return (
    <div>
      <div
        role="progressbar"
        aria-label={t("bulk.progress")}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        className="h-2 overflow-hidden rounded-full bg-line"
      >
        <div
          className="h-full rounded-full bg-accent transition-[width] duration-500"
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <p className="tabular mt-1 text-xs text-ink-faint">
        {t("bulk.done_of", { done: number.format(done), total: number.format(total) })}
      </p>
    </div>
  );
}
