/** Cancellation policies in a session's form: how much of a payment is returned, by how early a learner cancels. */
import type { Schema } from "~/lib/api/client";
import { sessionLimits } from "~/lib/api/limits";

export type Tier = Schema<"RefundTierOut">;
export type Presets = Schema<"RefundPoliciesOut">;

/** A tier as typed. */
export type TierText = Record<keyof Tier, string>;

export const MAX_TIERS = sessionLimits.cancellation_policy.maxItems;
export const PAYMENT_METHODS = ["online", "at_session"] as const;
export const POLICIES = ["full", "flexible", "moderate", "strict"] as const;
export type PolicyName = (typeof POLICIES)[number];

/** All is returned as long as a learner can cancel: the API's policy for sessions that name none. */
const FULL: Tier[] = [{ hours_before: 0, refund_percent: 100 }];

export function tiersOf(name: PolicyName, presets: Presets): Tier[] {
  return name === "full" ? FULL : presets[name];
}

export function toTierTexts(tiers: Tier[]): TierText[] {
  return tiers.map(({ hours_before, refund_percent }) => ({
    hours_before: String(hours_before),
    refund_percent: String(refund_percent),
  }));
}

export function toTiers(texts: TierText[]): Tier[] {
  return texts.map(({ hours_before, refund_percent }) => ({
    hours_before: toNumber(hours_before),
    refund_percent: toNumber(refund_percent),
  }));
}

/** `NaN` for an empty text, which `Number` takes for 0. */
function toNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** The named policy with exactly these tiers. */
export function policyName(texts: TierText[], presets: Presets): PolicyName | undefined {
  const typed = JSON.stringify(toTiers(texts));
  return POLICIES.find((name) => JSON.stringify(toTiers(toTierTexts(tiersOf(name, presets)))) === typed);
}

/** A tier to add after the others, within the API's rules if they leave room. */
export function nextTier(texts: TierText[]): TierText {
  const last = toTiers(texts).at(-1);
  if (!last) return { hours_before: "24", refund_percent: "100" };
  return {
    hours_before: String(Math.max(0, Math.floor(last.hours_before / 2) || 0)),
    refund_percent: String(Math.max(0, Math.floor(last.refund_percent / 2) || 0)),
  };
}

/** A share that learners get back if they cancel until so many hours before the start. */
export type Share = { percent: number; until: number };

/**
 * What a policy returns while learners can cancel, which is until `notice` hours before the start. Tiers that end
 * later than that are cut, or never hold; after the last one nothing is returned.
 */
export function sharesUntil(tiers: Tier[], notice: number): Share[] {
  const shares: Share[] = [];
  for (const { hours_before, refund_percent } of tiers) {
    shares.push({ percent: refund_percent, until: Math.max(hours_before, notice) });
    if (hours_before <= notice) return shares;
  }
  return [...shares, { percent: 0, until: notice }];
}

/** Where the API's error about a tier belongs ("Tier 2: the hours must be fewer than in tier 1."). */
export function tierErrorOf(message: string): { name: `${number}.${keyof Tier}`; message: string } | null {
  const [, number, text] = /^Tier (\d+): (.+)$/s.exec(message) ?? [];
  if (!number || !text) return null;
  const field = /percent/i.test(text) ? "refund_percent" : "hours_before";
  const words = text.replaceAll("tier", "step"); // as the form calls them
  return { name: `${Number(number) - 1}.${field}`, message: `${words[0]?.toUpperCase()}${words.slice(1)}` };
}
