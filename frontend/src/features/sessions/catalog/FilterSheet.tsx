import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { totalWords } from "../counts";
import { activeFilters } from "../searchFilters";
import { useTexts } from "../texts";
import { FilterContent } from "./FilterContent";
import { type FilterBarProps, offeredFilters } from "./filters";

/** All filters in a sheet, for phones. Changes apply at once; the button only closes. */
export default function FilterSheet({
  onClear,
  onClose,
  ...props
}: FilterBarProps & { onClear: () => void; onClose: () => void }) {
  const t = useTexts();
  const { all } = props.counts;
  const total = all && totalWords(all);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("filters.title")}
      footer={
        <>
          {activeFilters(props.search).length > 0 && (
            <Button variant="secondary" size="lg" onClick={onClear}>
              {t("filters.clear")}
            </Button>
          )}
          <Button size="lg" onClick={onClose}>
            {total ? t("filters.show_count", total) : t("filters.show")}
          </Button>
        </>
      }
    >
      <div className="-my-5 divide-y divide-line">
        {offeredFilters(props).map((filter) => (
          <section key={filter} className="py-5">
            <h3 className="mb-2 font-semibold">{t(`filters.${filter}`)}</h3>
            <FilterContent {...props} filter={filter} />
          </section>
        ))}
      </div>
    </Dialog>
  );
}
