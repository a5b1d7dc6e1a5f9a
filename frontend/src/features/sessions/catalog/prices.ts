import { amountBelow } from "~/lib/money/money";
import type { Facets } from "../queries";
import type { CatalogSearch } from "../search";

type Band = Facets["price_bands"][number];
type Bounds = Pick<CatalogSearch, "min_price" | "max_price">;

/** A price band as inclusive bounds, as the catalog's filters use them; a band's own `max_price` is exclusive. */
export function bandBounds({ min_price, max_price }: Band): Bounds {
  return {
    min_price: Number(min_price) || undefined,
    max_price: max_price === null ? undefined : Number(amountBelow(max_price)),
  };
}

export function matchBand(bounds: Bounds, bands: Band[]): Band | undefined {
  return bands.find((band) => {
    const { min_price, max_price } = bandBounds(band);
    return min_price === bounds.min_price && max_price === bounds.max_price;
  });
}
