import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, type Page, type Schema, unwrapPage } from "~/lib/api/client";
import { Problem } from "~/lib/api/problem";
import { queryKeys } from "~/lib/api/queryKeys";

export type Earnings = Schema<"EarningsOut">;
export type Change = Schema<"EarningOut">;

const PAGE = 100;

/** What is held and earned, with pages of the changes, newest first. */
export const earningsQuery = infiniteQueryOptions({
  queryKey: queryKeys.creator.earnings,
  queryFn: async ({ pageParam, signal }): Promise<Page<Change> & { earnings: Earnings }> => {
    const { data, response } = await api.GET("/api/creator/earnings", {
      params: { query: { limit: PAGE, cursor: pageParam ?? undefined } },
      signal,
    });
    if (!data) throw new Problem({});
    const page = await unwrapPage(Promise.resolve({ data: data.changes, response }));
    return { ...page, earnings: data };
  },
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
});

/** All changes as CSV. Uses fetch, because a plain link cannot send the token. */
export async function fetchCsv(): Promise<string> {
  const { data } = await api.GET("/api/creator/earnings/export", { parseAs: "text" });
  return String(data ?? "");
}
