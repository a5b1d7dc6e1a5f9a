import { api, type Schema } from "~/lib/api/client";
import type { Query } from "../list/listing";
import { unwrapRows } from "../rows";

export type SessionRow = Schema<"SessionRowOut">;

/** Fetches a page of sessions in any state. The query was validated when it was built from the URL. */
export function sessionRows(query: Query, signal: AbortSignal) {
  return unwrapRows<SessionRow>(
    api.GET("/api/admin/sessions", { params: { query: query as object }, signal }),
  );
}
