import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { useTexts } from "../texts";
import type { Counts, Panel } from "./useFilterPanels";

/** All filters under one another, for phones. What is chosen holds at once; the button below only closes. */
export default function FilterSheet({
  panels,
  counts,
  onClear,
  onClose,
}: {
  panels: Panel[];
  counts: Counts;
  onClear: () => void;
  onClose: () => void;
}) {
  const t = useTexts();
  const isAny = panels.some(({ value }) => value !== null);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("filters.title")}
      footer={
        <>
          {isAny && (
            <Button look="secondary" size="lg" onClick={onClear}>
              {t("filters.clear")}
            </Button>
          )}
          <Button size="lg" onClick={onClose}>
            {counts.total === undefined
              ? t("filters.show")
              : t("filters.show_count", { count: counts.total })}
          </Button>
        </>
      }
    >
      <div className="-my-5 divide-y divide-line">
        {panels.map(({ filter, name, content }) => (
          <section key={filter} className="py-5">
            <h3 className="mb-2 font-semibold">{name}</h3>
            {content}
          </section>
        ))}
      </div>
    </Dialog>
  );
}
