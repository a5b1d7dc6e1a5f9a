import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { queryKeys } from "./queryKeys";

/** Marketplace settings: currency, categories. */
export const marketplaceQuery = queryOptions({
  queryKey: queryKeys.marketplace,
  queryFn: () => unwrap(api.GET("/api/marketplace")),
  staleTime: Number.POSITIVE_INFINITY,
});
