import type { Rows } from "./list/listing";

/** A numbered page of a list of the staff, with how many rows there are on all pages. */
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
