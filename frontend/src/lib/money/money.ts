import { useSuspenseQuery } from "@tanstack/react-query";
import type { Schema } from "~/lib/api/client";
import { marketplaceQuery } from "~/lib/api/marketplace";

/** A currency and the digits of its minor unit by ISO 4217; the locale data of browsers has others for 16 currencies. */
export type Currency = Pick<Schema<"MarketplaceOut">, "currency" | "currency_digits">;

/** Formats a decimal string in a currency; whole amounts without decimals unless their number is given. */
export function formatMoney(
  amount: string,
  { currency, currency_digits }: Currency,
  digits = /^-?\d+(\.0+)?$/.test(amount) ? 0 : currency_digits,
): string {
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount as unknown as number);
}

export function useCurrency(): Currency {
  return useSuspenseQuery(marketplaceQuery).data;
}

/** Formats decimal strings in the marketplace's currency. */
export function useFormatMoney(): (amount: string) => string {
  const currency = useCurrency();
  return (amount) => formatMoney(amount, currency);
}

/** Normalizes a typed amount ("49,9", " 49.90 ") to "49.9"; `null` if it is none, or has more than `digits` decimals. */
export function parseAmount(text: string, digits: number): string | null {
  const [, whole, decimals = ""] = /^(\d{1,8})(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  if (whole === undefined || decimals.length > digits) return null;
  const kept = decimals.replace(/0+$/, "");
  return `${Number(whole)}${kept && `.${kept}`}`;
}

/** An amount to show as an example, with the currency's decimals. */
export function exampleAmount(digits: number): string {
  return digits === 0 ? "2500" : (19.9).toFixed(digits);
}

/** Price times seats, computed in minor units to avoid rounding errors of floating point. */
export function multiplyPrice(price: string, seats: number): string {
  const digits = countDecimals(price);
  return fromMinorUnits(toMinorUnits(price, digits) * BigInt(seats), digits);
}

/** Adds decimal strings in minor units, to avoid rounding errors of floating point. */
export function sumAmounts(amounts: string[]): string {
  const digits = Math.max(0, ...amounts.map(countDecimals));
  return fromMinorUnits(
    amounts.reduce((sum, amount) => sum + toMinorUnits(amount, digits), 0n),
    digits,
  );
}

/** What is left of an amount, computed as `sumAmounts` does. */
export function subtractAmounts(from: string, amount: string): string {
  return sumAmounts([from, amount.startsWith("-") ? amount.slice(1) : `-${amount}`]);
}

/** The largest amount below this one. Amounts of the API have all of their currency's decimals. */
export function amountBelow(amount: string): string {
  const digits = countDecimals(amount);
  return fromMinorUnits(toMinorUnits(amount, digits) - 1n, digits);
}

function countDecimals(amount: string): number {
  return amount.split(".")[1]?.length ?? 0;
}

function toMinorUnits(amount: string, digits: number): bigint {
  const [whole = "0", decimals = ""] = amount.split(".");
  return BigInt(whole + decimals.padEnd(digits, "0"));
}

function fromMinorUnits(units: bigint, digits: number): string {
  if (digits === 0) return String(units);
  const sign = units < 0n ? "-" : "";
  const text = String(units)
    .replace("-", "")
    .padStart(digits + 1, "0");
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
