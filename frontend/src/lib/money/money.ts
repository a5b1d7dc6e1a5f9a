import { useSuspenseQuery } from "@tanstack/react-query";
import { marketplaceQuery } from "~/lib/api/marketplace";

/** Formats a decimal string in a currency; whole amounts without decimals. */
export function formatMoney(amount: string, currency: string): string {
  const isWhole = /^-?\d+(\.0+)?$/.test(amount);
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    ...(isWhole && { minimumFractionDigits: 0, maximumFractionDigits: 0 }),
  }).format(amount as Intl.StringNumericLiteral);
}

/** Formats decimal strings in the marketplace's currency. */
export function useFormatMoney(): (amount: string) => string {
  const { currency } = useSuspenseQuery(marketplaceQuery).data;
  return (amount) => formatMoney(amount, currency);
}

/** Price times seats, computed in hundredths to avoid rounding errors of floating point. */
export function multiplyPrice(price: string, seats: number): string {
  const [whole = "0", cents = ""] = price.split(".");
  const hundredths = (BigInt(whole) * 100n + BigInt(cents.padEnd(2, "0"))) * BigInt(seats);
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")}`;
}
