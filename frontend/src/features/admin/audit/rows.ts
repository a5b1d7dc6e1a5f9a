import type { Schema } from "~/api/client";
import type { Query } from "../list/listing";
import { rowsAt } from "../rows";

export type Entry = Schema<"AuditEntryOut">;

/** A page of the audit log. */
export const auditRows = (query: Query, signal: AbortSignal) =>
  rowsAt<Entry>("/api/admin/audit", query, signal);
