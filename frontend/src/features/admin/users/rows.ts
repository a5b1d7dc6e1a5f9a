import { api, type Schema } from "~/lib/api/client";
import type { Query } from "../list/listing";
import { unwrapRows } from "../rows";

export type UserRow = Schema<"AccountOut">;

/** Fetches a page of accounts. The query was validated when it was built from the URL. */
export function userRows(query: Query, signal: AbortSignal) {
  return unwrapRows<UserRow>(api.GET("/api/admin/users", { params: { query: query as object }, signal }));
}
