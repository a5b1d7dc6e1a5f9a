import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";

type TextName = Schema<"TextName">;
const PLACES: Record<TextName, number> = { help: 1, contact: 2, terms: 3, privacy: 4, imprint: 5 };

/** The texts of the operator, in the order of the footer. */
export const TEXTS = (Object.keys(PLACES) as TextName[]).sort((one, other) => PLACES[one] - PLACES[other]);

/** A text of the operator. */
export function textQuery(name: string) {
  return queryOptions({
    queryKey: [...queryKeys.marketplace, "text", name],
    queryFn: ({ signal }): Promise<Schema<"SiteTextOut">> =>
      unwrap(api.GET("/api/texts/{name}", { params: { path: { name } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
