import type { Schema } from "~/lib/api/client";

export type Day = Schema<"DaySalesOut">;
export type Measure = "seats" | "income";

export function dayValue(day: Day, measure: Measure): number {
  return measure === "seats" ? day.seats : Number(day.income);
}

/** Adds decimal strings in hundredths, to avoid rounding errors of floating point. */
export function sumAmounts(amounts: string[]): string {
  const hundredths = amounts.reduce((sum, amount) => {
    const [whole = "0", cents = ""] = amount.split(".");
    return sum + BigInt(whole) * 100n + BigInt(cents.padEnd(2, "0").slice(0, 2));
  }, 0n);
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")}`;
}

/** A round upper bound for a chart: 1, 2, 4 or 5 times a power of ten. */
export function chartTop(values: number[]): number {
  const largest = Math.max(0, ...values);
  if (largest <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= largest) ?? 10) * power;
}
