import { Link } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { Checkbox } from "~/components/Checkbox";
import { cn } from "~/lib/cn";
import { useTexts } from "../texts";
import type { Column, Listing } from "./listing";
import type { Selection } from "./useSelection";

export type RowsProps<Row extends { id: string }> = {
  listing: Pick<Listing<Row>, "columns" | "nameOf" | "linkTo">;
  columns: Column<Row>[];
  rows: Row[];
  ordering: string;
  /** Receives the API's field name, with a leading `-` for descending. */
  onOrder: (ordering: string) => void;
  selection: Selection | null;
};

const CELL = "px-3 py-2.5 first:pl-4 last:pr-4";
const STICKY_CELL = "sticky left-0 z-10 bg-surface group-hover:bg-sunk";

/** Rows as a table, sortable by its headers. The first column is sticky when the table scrolls. */
export function DataTable<Row extends { id: string }>({
  listing,
  columns,
  rows,
  ordering,
  onOrder,
  selection,
  caption,
}: RowsProps<Row> & { caption: string }) {
  const t = useTexts();
  const ids = rows.map(({ id }) => id);
  const isEvery = ids.every((id) => selection?.ids.has(id));
  return (
    <div className="overflow-x-auto rounded-card border border-line bg-surface shadow-soft">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-left text-xs text-ink-soft">
            {selection && (
              <td className="w-11 py-1 pr-0 pl-4">
                <Checkbox
                  isChecked={selection.isAll || isEvery}
                  disabled={selection.isAll}
                  onChange={(isChosen) => selection.set(ids, isChosen)}
                >
                  <span className="sr-only">{t("list.choose_page")}</span>
                </Checkbox>
              </td>
            )}
            {columns.map((column, index) => (
              <Head
                key={column.name}
                column={column}
                ordering={ordering}
                onOrder={onOrder}
                className={cn(index === 0 && "sticky left-0 z-10 bg-surface")}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const isChosen = selection?.isAll || selection?.ids.has(row.id);
            const to = listing.linkTo?.(row);
            return (
              <tr
                key={row.id}
                aria-selected={selection ? isChosen : undefined}
                className="group border-b border-line last:border-b-0 hover:bg-sunk"
              >
                {selection && (
                  <td className="w-11 py-1 pr-0 pl-4">
                    <Checkbox
                      isChecked={isChosen === true}
                      disabled={selection.isAll}
                      onChange={() => selection.toggle(row.id)}
                    >
                      <span className="sr-only">{t("list.choose", { name: listing.nameOf(row) })}</span>
                    </Checkbox>
                  </td>
                )}
                {columns.map(({ name, cell, isNumber }, index) => {
                  const cellClass = cn(CELL, isNumber && "tabular text-right", index === 0 && STICKY_CELL);
                  if (index > 0) {
                    return (
                      <td
                        key={name}
                        className={cn(
                          cellClass,
                          "max-w-[28rem] overflow-hidden text-ellipsis whitespace-nowrap",
                        )}
                      >
                        {cell(row) || <span className="text-ink-faint">–</span>}
                      </td>
                    );
                  }
                  return (
                    <th key={name} scope="row" className={cn(cellClass, "max-w-72 text-left font-medium")}>
                      {to ? (
                        <Link {...to} className="block rounded-control underline-offset-4 hover:underline">
                          {cell(row)}
                        </Link>
                      ) : (
                        cell(row)
                      )}
                    </th>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Head<Row>({
  column: { head, sort, isNumber },
  ordering,
  onOrder,
  className,
}: {
  column: Column<Row>;
  ordering: string;
  onOrder: (field: string) => void;
  className: string;
}) {
  const isUp = ordering === sort;
  const isDown = ordering === `-${sort}`;
  const Icon = isUp ? ArrowUp : isDown ? ArrowDown : ChevronsUpDown;
  return (
    <th
      scope="col"
      aria-sort={sort ? (isUp ? "ascending" : isDown ? "descending" : "none") : undefined}
      className={cn(
        "px-3 py-1 font-semibold whitespace-nowrap first:pl-4 last:pr-4",
        isNumber && "text-right",
        className,
      )}
    >
      {sort ? (
        <button
          type="button"
          onClick={() => onOrder(sort)}
          className={cn(
            "-mx-2 inline-flex h-9 items-center gap-1 rounded-control px-2 font-semibold hover:bg-sunk hover:text-ink",
            (isUp || isDown) && "text-ink",
          )}
        >
          <span>{head}</span>
          <Icon aria-hidden className={cn("size-3.5", !isUp && !isDown && "opacity-45")} />
        </button>
      ) : (
        head
      )}
    </th>
  );
}
