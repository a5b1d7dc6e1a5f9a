import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMe } from "~/lib/auth/me";
import { dateKey, useZone } from "~/lib/time/time";
import { catalogQuery, type Session } from "../queries";
import type { CatalogSearch } from "../search";
import {
  FREE,
  FREE_ROW,
  newest,
  recommendedQuery,
  recommendedSearch,
  rowQuery,
  weekendSearch,
} from "./queries";

export type RowName = "weekend" | "new" | "free" | "recommended";

export type HomeRow = {
  name: RowName;
  sessions: Session[];
  /** The search that lists all of them. */
  all: CatalogSearch;
  /** Categories that the row is about. */
  categories?: string[];
};

const MIN_SESSIONS = 3;

/** The rows of the home page: none in a catalog of one page. `undefined` until they are known. */
export function useHomeRows(isHome: boolean): HomeRow[] | undefined {
  const client = useQueryClient();
  const zone = useZone();
  const me = useMe();
  const catalog = useInfiniteQuery({ ...catalogQuery(client, {}, zone), enabled: isHome });
  const isLarge = catalog.hasNextPage;
  const row = (search: CatalogSearch) => ({
    ...rowQuery(search, zone),
    enabled: isHome,
    placeholderData: keepPreviousData,
  });
  const weekendDays = weekendSearch(dateKey(new Date(), zone));
  const weekend = useQuery(row(weekendDays));
  const free = useQuery(row(FREE_ROW));
  const recommended = useQuery({
    ...recommendedQuery(me?.id ?? ""),
    enabled: isHome && isLarge && Boolean(me),
  });
  const { categories, sessions: liked } = (me && recommended.data) || { categories: [], sessions: [] };

  if (!isHome) return undefined;
  if (catalog.isPending || weekend.isPending || free.isPending) return undefined;
  if (!isLarge || !catalog.data) return [];
  const rows: HomeRow[] = [
    { name: "weekend", sessions: weekend.data ?? [], all: weekendDays },
    { name: "new", sessions: newest(catalog.data.pages[0]?.items ?? []), all: { sort: "-created_at" } },
    { name: "free", sessions: free.data ?? [], all: FREE },
    {
      name: "recommended",
      sessions: liked,
      all: recommendedSearch(categories[0] ?? ""),
      categories,
    },
  ];
  return rows.filter(({ sessions }) => sessions.length >= MIN_SESSIONS);
}
