import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";

/** The texts of the operator, in the order of the footer. */
export const TEXTS = ["help", "contact", "terms", "privacy", "imprint"] as const;

/** A text of the operator. */
export function textQuery(name: string) {
  return queryOptions({
    queryKey: [...queryKeys.marketplace, "text", name],
    queryFn: ({ signal }): Promise<Schema<"SiteTextOut">> =>
      unwrap(api.GET("/api/texts/{name}", { params: { path: { name } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
