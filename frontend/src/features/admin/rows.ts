import { api } from "~/api/client";
import type { Query, Rows } from "./list/listing";

type Answer = { data?: unknown; response: Response };

/** A numbered page of a list of the staff, with how many rows there are on all pages. */
export async function rowsAt<Row>(path: string, query: Query, signal: AbortSignal): Promise<Rows<Row>> {
  const call = api.GET(path as never, { params: { query }, signal } as never) as unknown as Promise<Answer>;
  const { data, response } = await call;
  return {
    rows: (data ?? []) as Row[],
    total: Number(response.headers.get("x-total-count") ?? 0),
    isEstimate: response.headers.get("x-total-estimated") === "true",
  };
}
