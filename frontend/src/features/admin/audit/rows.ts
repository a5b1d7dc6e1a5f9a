import { api, type Schema } from "~/lib/api/client";
import type { Query } from "../list/listing";
import { unwrapRows } from "../rows";

export type Entry = Schema<"AuditEntryOut">;

/** A page of the audit log. The names and values of a query were checked when it was made of the address. */
export function auditRows(query: Query, signal: AbortSignal) {
  return unwrapRows<Entry>(api.GET("/api/admin/audit", { params: { query: query as object }, signal }));
}
