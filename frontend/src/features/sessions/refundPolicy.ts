import type { Schema } from "~/lib/api/client";

/** The share (percent) that is returned until so many hours before the start. */
export type RefundTier = Schema<"RefundTierOut">;

/** What a learner gets back: a share in percent, until so many hours before the start. */
export type RefundSpan = { percent: number; hours: number };

const HOUR = 3_600_000;

/**
 * The shares in order of time, until the learner can't cancel anymore, `notice` hours before the start. After the last
 * tier nothing is returned.
 */
export function refundSpans(policy: RefundTier[], notice: number): RefundSpan[] {
  const last = policy.findIndex(({ hours_before }) => hours_before <= notice);
  const tiers =
    last < 0 ? [...policy, { hours_before: notice, refund_percent: 0 }] : policy.slice(0, last + 1);
  return tiers.map(({ hours_before, refund_percent }) => ({
    percent: refund_percent,
    hours: Math.max(hours_before, notice),
  }));
}

/** The last instant at which the share of a span is returned. */
export function endOfSpan({ hours }: RefundSpan, start: string): Date {
  return new Date(Date.parse(start) - hours * HOUR);
}

/** Whether a session with this price and payment method is paid online, directly to its creator, or not at all. */
export function paymentKind(
  { price, payment_method }: Pick<Schema<"SessionOut">, "price" | "payment_method">,
  marketplace: Pick<Schema<"MarketplaceOut">, "pays_online"> | undefined,
): "online" | "direct" | null {
  if (Number(price) === 0 || !marketplace) return null;
  return marketplace.pays_online && payment_method === "online" ? "online" : "direct";
}
