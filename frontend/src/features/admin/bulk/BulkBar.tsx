import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import type { Query } from "../list/listing";
import type { Selection } from "../list/useSelection";
import { useTexts } from "../texts";
import { BulkDialog } from "./BulkDialog";
import { ACTIONS, type Action, type Kind } from "./queries";

/** Actions for the selected rows, at the bottom of the page while there is a selection. */
export function BulkBar({
  kind,
  selection,
  filters,
  total,
}: {
  kind: Kind;
  selection: Selection;
  filters: Query;
  total: number;
}) {
  const t = useTexts();
  const { i18n } = useTranslation();
  const [action, setAction] = useState<Action | null>(null);
  const number = new Intl.NumberFormat(i18n.language);
  const { ids, isAll } = selection;
  const count = isAll ? total : ids.size;
  if (count === 0) return null;
  return (
    <section
      aria-label={t("bulk.bar")}
      className="sticky bottom-0 z-20 -mx-4 mt-4 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-raised px-4 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] shadow-soft sm:mx-0 sm:mb-4 sm:rounded-card sm:border"
    >
      <p role="status" className="tabular text-sm font-semibold">
        {t(isAll ? "bulk.all_chosen" : "bulk.chosen", { count, number: number.format(count) })}
      </p>
      {!isAll && total > count && (
        <Button variant="quiet" size="sm" onClick={selection.chooseAll}>
          {t("bulk.choose_all", { number: number.format(total) })}
        </Button>
      )}
      <Button
        variant="quiet"
        size="icon-sm"
        aria-label={t("bulk.clear")}
        className="ml-auto md:order-last md:ml-0"
        onClick={selection.clear}
      >
        <X aria-hidden className="size-4" />
      </Button>
      <div className="flex flex-wrap gap-2 md:ml-auto">
        {ACTIONS[kind].map((each) => (
          <Button key={each} variant="secondary" size="sm" onClick={() => setAction(each)}>
            {t(`bulk.action.${each}`)}
          </Button>
        ))}
      </div>
      {action && (
        <BulkDialog
          order={isAll ? { kind, action, filters } : { kind, action, ids: [...ids] }}
          onClose={() => setAction(null)}
        />
      )}
    </section>
  );
}
