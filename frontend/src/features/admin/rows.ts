import type { Rows } from "./list/listing";

/** Unwraps a numbered page of a staff list with its total. */
export async function unwrapRows<Row>(
  call: Promise<{ data?: Row[]; response: Response }>,
): Promise<Rows<Row>> {
  const { data, response } = await call;
  return {
    rows: data ?? [],
    total: Number(response.headers.get("x-total-count") ?? 0),
    isEstimate: response.headers.get("x-total-estimated") === "true",
  };
}
