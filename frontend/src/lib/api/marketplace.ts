import { queryOptions } from "@tanstack/react-query";
import { answered, api } from "./client";

/** What is the same for everybody here: currency, categories. */
export const marketplaceQuery = queryOptions({
  queryKey: ["marketplace"],
  queryFn: () => answered(api.GET("/api/marketplace")),
  staleTime: Number.POSITIVE_INFINITY,
});
