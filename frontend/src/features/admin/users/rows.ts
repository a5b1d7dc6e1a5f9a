import { api, type Schema } from "~/lib/api/client";
import type { Query } from "../list/listing";
import { unwrapRows } from "../rows";

export type UserRow = Schema<"AccountOut">;

/** A page of the list of accounts. The names and values of a query were checked when it was made of the address. */
export function userRows(query: Query, signal: AbortSignal) {
  return unwrapRows<UserRow>(api.GET("/api/admin/users", { params: { query: query as object }, signal }));
}
