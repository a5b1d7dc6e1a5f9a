import type { Schema } from "~/lib/api/client";

export type Day = Schema<"DaySalesOut">;
export type Measure = "seats" | "income";

export function dayValue(day: Day, measure: Measure): number {
  return measure === "seats" ? day.seats : Number(day.income);
}

/** A round upper bound for a chart: 1, 2, 4 or 5 times a power of ten. */
export function chartTop(values: number[]): number {
  const largest = Math.max(0, ...values);
  if (largest <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return ([1, 2, 4, 5, 10].find((step) => step * power >= largest) ?? 10) * power;
}
