import { api, type Schema } from "~/lib/api/client";
import type { Query } from "../list/listing";
import { unwrapRows } from "../rows";

export type SessionRow = Schema<"SessionRowOut">;

/** A page of the list of sessions, in any state. The names and values of a query were checked when it was made of the address. */
export function sessionRows(query: Query, signal: AbortSignal) {
  return unwrapRows<SessionRow>(
    api.GET("/api/admin/sessions", { params: { query: query as object }, signal }),
  );
}
