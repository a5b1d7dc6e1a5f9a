import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";

/** The passwords that the server refuses as too common, in lower case. */
export const commonPasswordsQuery = queryOptions({
  queryKey: [...queryKeys.marketplace, "common-passwords"],
  queryFn: async (): Promise<ReadonlySet<string>> => new Set(await unwrap(api.GET("/api/common-passwords"))),
  staleTime: Number.POSITIVE_INFINITY,
  // a set cannot be compared part by part
  structuralSharing: false,
});
