import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import type { ReactElement } from "react";
import { Button } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { cn } from "~/lib/cn";
import { useIsLeaving } from "~/lib/hooks/useIsLeaving";
import { useMediaQuery } from "~/lib/hooks/useMediaQuery";
import { useZone } from "~/lib/time/time";
import { AdminPage } from "../AdminPage";
import { adminKeys } from "../queryKeys";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { ColumnsMenu } from "./ColumnsMenu";
import { DataCards } from "./DataCards";
import { DataTable } from "./DataTable";
import { ExportMenu } from "./ExportMenu";
import { ListSkeleton } from "./ListSkeleton";
import { exportFields, type Listing } from "./listing";
import { Pager } from "./Pager";
import { applyChange, toApiFilters, toApiQuery, toggleOrdering, validateSearch } from "./query";
import { Toolbar } from "./Toolbar";
import { useColumns } from "./useColumns";
import { type Selection, useSelection } from "./useSelection";

/** Renders the bulk actions for `selection`, or for everything that matches `filters`. */
type BulkPart = (rawSearch: {
  selection: Selection;
  filters: Record<string, string>;
  total: number;
}) => ReactElement;

/** A list of the back office whose search, filters, order and page are in the URL. */
export function ListPage<Row extends { id: string }>({
  title,
  intro,
  listing,
  search: rawSearch,
  bulk,
}: {
  title: string;
  intro?: string;
  listing: Listing<Row>;
  search: ListSearch;
  bulk?: (...rawSearch: Parameters<BulkPart>) => ReactElement;
}) {
  const t = useTexts();
  const zone = useZone();
  const navigate = useNavigate();
  const isLeaving = useIsLeaving();
  const isWide = useMediaQuery("(min-width: 48rem)");
  const columns = useColumns(listing.name, listing.columns);
  const sorts = listing.columns.flatMap(({ sort }) => sort ?? []);
  const search = validateSearch(rawSearch, { filters: listing.filters, sorts });
  const query = toApiQuery(search, listing, zone);
  const filters = toApiFilters(search, listing.filters, zone);
  const result = useQuery({
    queryKey: adminKeys.list(listing.name, query),
    queryFn: ({ signal }) => listing.fetchRows(query, signal),
    placeholderData: keepPreviousData,
  });
  const ordering = query.ordering ?? listing.ordering;
  const selection = useSelection(JSON.stringify(filters));

  // only typed searches replace the history entry
  const update = (change: ListSearch, { replace = false } = {}) => {
    if (replace && isLeaving()) return;
    void navigate({ to: ".", search: applyChange(search, change), replace, resetScroll: false });
  };
  const rows = result.data?.rows ?? [];
  const total = result.data?.total ?? 0;
  const isNarrowed = Object.keys(filters).length > 0;
  const listProps = {
    listing,
    columns: columns.shown,
    rows,
    ordering,
    onOrder: (ordering: string) => update({ ordering: ordering === listing.ordering ? undefined : ordering }),
    selection: bulk ? selection : null,
  };

  return (
    <AdminPage
      title={title}
      intro={intro}
      actions={
        <ExportMenu
          list={listing.name}
          query={{ ...filters, ordering, columns: exportFields(columns.shown).join(",") }}
          total={total}
        />
      }
    >
      <Toolbar
        listing={listing}
        search={search}
        onChange={update}
        end={<ColumnsMenu columns={listing.columns} {...columns} />}
      />
      {result.isPending ? (
        <ListSkeleton columns={columns.shown.length} />
      ) : result.isError && !result.data ? (
        <ErrorState error={result.error} onRetry={() => void result.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState
          icon={SearchX}
          title={t(isNarrowed ? "list.none_match" : total > 0 ? "list.beyond" : "list.none")}
          action={
            (isNarrowed || total > 0) && (
              <Button
                variant="secondary"
                onClick={() => void navigate({ to: ".", search: {}, resetScroll: false })}
              >
                {t(isNarrowed ? "list.clear" : "list.first_page")}
              </Button>
            )
          }
        >
          {isNarrowed && t("list.none_match_text")}
        </EmptyState>
      ) : (
        <div
          aria-busy={result.isPlaceholderData}
          className={cn("transition-opacity", result.isPlaceholderData && "opacity-60")}
        >
          {isWide ? (
            <DataTable
              {...listProps}
              caption={title}
              onOrder={(field) => listProps.onOrder(toggleOrdering(field, ordering))}
            />
          ) : (
            <DataCards {...listProps} label={title} />
          )}
          <Pager
            page={Number(search.page ?? 1)}
            limit={Number(query.limit)}
            shown={rows.length}
            total={total}
            isEstimate={result.data?.isEstimate ?? false}
            onGo={update}
          />
        </div>
      )}
      {bulk?.({ selection, filters, total })}
    </AdminPage>
  );
}
