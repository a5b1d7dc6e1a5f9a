import type { Schema } from "~/api/client";
import type { Query } from "../list/listing";
import { rowsAt } from "../rows";

export type UserRow = Schema<"AccountOut">;

/** A page of the list of accounts. */
export const userRows = (query: Query, signal: AbortSignal) =>
  rowsAt<UserRow>("/api/admin/users", query, signal);
