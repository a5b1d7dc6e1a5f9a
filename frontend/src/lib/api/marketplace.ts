import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";

/** What is the same for everybody here: currency, categories. */
export const marketplaceQuery = queryOptions({
  queryKey: ["marketplace"],
  queryFn: () => unwrap(api.GET("/api/marketplace")),
  staleTime: Number.POSITIVE_INFINITY,
});
