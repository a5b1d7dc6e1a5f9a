import { api, type Schema } from "~/lib/api/client";
import type { Query } from "../list/listing";
import { unwrapRows } from "../rows";

export type Entry = Schema<"AuditEntryOut">;

/** Fetches a page of the audit log. The query was validated when it was built from the URL. */
export function auditRows(query: Query, signal: AbortSignal) {
  return unwrapRows<Entry>(api.GET("/api/admin/audit", { params: { query: query as object }, signal }));
}
