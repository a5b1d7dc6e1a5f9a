import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { Checkbox } from "~/components/Checkbox";
import { Select } from "~/components/Field";
import { useTexts } from "../texts";
import type { RowsProps } from "./DataTable";

/** Rows as cards, for phones. */
export function DataCards<Row extends { id: string }>({
  listing,
  columns,
  rows,
  ordering,
  onOrder,
  selection,
  label,
}: RowsProps<Row> & { label: string }) {
  const t = useTexts();
  const order = useId();
  const [titleColumn, ...facts] = columns;
  const sortable = listing.columns.filter(({ sort }) => sort);
  return (
    <>
      {sortable.length > 0 && (
        <div className="mb-3 flex items-center gap-3 text-sm">
          <label htmlFor={order} className="shrink-0 font-semibold">
            {t("list.order")}
          </label>
          <Select id={order} value={ordering} onChange={({ target }) => onOrder(target.value)}>
            {sortable.flatMap(({ head, sort = "" }) => [
              <option key={sort} value={sort}>
                {t("list.upwards", { name: head })}
              </option>,
              <option key={`-${sort}`} value={`-${sort}`}>
                {t("list.downwards", { name: head })}
              </option>,
            ])}
          </Select>
        </div>
      )}
      <ul aria-label={label} className="flex flex-col gap-3">
        {rows.map((row) => {
          const to = listing.linkTo?.(row);
          return (
            <li key={row.id} className="rounded-card border border-line bg-surface p-4 shadow-soft">
              <div className="flex items-start gap-3">
                <div className="min-w-0 flex-1 font-medium">
                  {to ? (
                    <Link {...to} className="block min-h-6 underline-offset-4 hover:underline">
                      {titleColumn?.cell(row)}
                    </Link>
                  ) : (
                    titleColumn?.cell(row)
                  )}
                </div>
                {selection && (
                  <span className="-my-1.5">
                    <Checkbox
                      isChecked={selection.isAll || selection.ids.has(row.id)}
                      disabled={selection.isAll}
                      onChange={() => selection.toggle(row.id)}
                    >
                      <span className="sr-only">{t("list.choose", { name: listing.nameOf(row) })}</span>
                    </Checkbox>
                  </span>
                )}
              </div>
              <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm">
                {facts.map(({ name, head, cell }) => {
                  const value = cell(row);
                  return (
                    value && (
                      <div key={name} className="col-span-2 grid grid-cols-subgrid items-baseline">
                        <dt className="text-ink-faint">{head}</dt>
                        <dd className="tabular min-w-0 text-right">{value}</dd>
                      </div>
                    )
                  );
                })}
              </dl>
            </li>
          );
        })}
      </ul>
    </>
  );
}
