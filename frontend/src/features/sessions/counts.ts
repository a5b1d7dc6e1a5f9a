import type { Facets } from "./queries";

/** A count as text: "640+" where many sessions were not all counted, and nothing where none was found so far. */
export function countText(count: number, { is_bounded }: Pick<Facets, "is_bounded">): string {
  if (!is_bounded) return String(count);
  return count > 0 ? `${count}+` : "";
}

/** The total as parameters of a text; none where nothing was found so far, but not every session was counted. */
export function totalWords(facets: Facets): { count: number; number: string } | undefined {
  // every session is in one price band
  const count = facets.price_bands.reduce((sum, band) => sum + band.count, 0);
  const number = countText(count, facets);
  return number ? { count, number } : undefined;
}
