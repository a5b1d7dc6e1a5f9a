import { QueryClient } from "@tanstack/react-query";
import { isProblem } from "./problem";

const WORTH_ANOTHER_TRY = new Set([0, 429, 502, 503, 504]);

/**
 * A client that fetches again what was being fetched for the first time when it was invalidated: that answer may be from
 * before the change. The library takes it for the newest (findings/tanstack-query-keeps-a-first-answer-from-before-an-invalidation.sh).
 */
export class MarketplaceQueryClient extends QueryClient {
  override async invalidateQueries(...[filters, options]: Parameters<QueryClient["invalidateQueries"]>) {
    const fetchedFirst = this.getQueryCache()
      .findAll({ ...filters, fetchStatus: "fetching" })
      .filter(({ state }) => state.data === undefined);
    await Promise.allSettled([
      super.invalidateQueries(filters, options),
      ...fetchedFirst.map(async ({ queryKey, promise }) => {
        await promise;
        await super.invalidateQueries({ ...filters, queryKey, exact: true }, options);
      }),
    ]);
  }
}

export const queryClient = new MarketplaceQueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => count < 2 && isProblem(error) && WORTH_ANOTHER_TRY.has(error.status),
      retryDelay: (count, error) =>
        isProblem(error) && error.retryAfter ? error.retryAfter * 1000 : 400 * 2 ** count,
      refetchOnWindowFocus: true,
      // fail when offline, instead of loading forever
      networkMode: "always",
      refetchOnReconnect: true,
    },
    mutations: { retry: false, networkMode: "always" },
  },
});
