import type { Query } from "../list/listing";
import { rowsAt } from "../rows";

export type Party = { id: string; username: string; first_name: string; last_name: string; email: string };

export type SessionRow = {
  id: string;
  title: string;
  creator: Party;
  status: "active" | "inactive";
  price: string;
  duration: number;
  max_participants: number;
  category: string | null;
  created_at: string;
  archived_at: string | null;
  hidden_at: string | null;
  featured_at: string | null;
  image_url: string | null;
};

/** A page of the list of sessions, in any state. */
export const sessionRows = (query: Query, signal: AbortSignal) =>
  rowsAt<SessionRow>("/api/admin/sessions", query, signal);
