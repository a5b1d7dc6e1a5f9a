import { expect, it } from "vitest";
import { nextTier, policyName, sharesUntil, tierErrorOf, toTierTexts } from "./policy";

const tier = (hours_before: number, refund_percent: number) => ({ hours_before, refund_percent });
const PRESETS = {
  flexible: [tier(24, 100), tier(0, 50)],
  moderate: [tier(72, 100), tier(24, 50)],
  strict: [tier(168, 100), tier(72, 50)],
};

it("a policy is cut where learners can't cancel anymore, and returns nothing after its last tier", () => {
  const cases = [
    { tiers: PRESETS.flexible, notice: 0, shares: ["100@24", "50@0"] },
    { tiers: PRESETS.flexible, notice: 24, shares: ["100@24"] },
    { tiers: PRESETS.flexible, notice: 12, shares: ["100@24", "50@12"] },
    { tiers: PRESETS.moderate, notice: 24, shares: ["100@72", "50@24"] },
    { tiers: PRESETS.moderate, notice: 0, shares: ["100@72", "50@24", "0@0"] },
    { tiers: PRESETS.strict, notice: 48, shares: ["100@168", "50@72", "0@48"] },
    { tiers: PRESETS.strict, notice: 200, shares: ["100@200"] },
    { tiers: [tier(0, 100)], notice: 24, shares: ["100@24"] },
  ];
  for (const { tiers, notice, shares } of cases) {
    expect(sharesUntil(tiers, notice).map(({ percent, until }) => `${percent}@${until}`)).toEqual(shares);
  }
});

it("a policy is named if its tiers are exactly a preset's", () => {
  expect(policyName(toTierTexts(PRESETS.strict), PRESETS)).toBe("strict");
  expect(policyName([{ hours_before: "0", refund_percent: "100" }], PRESETS)).toBe("full");
  expect(policyName(toTierTexts([tier(24, 100)]), PRESETS)).toBeUndefined();
});

it("a further tier is later and returns less", () => {
  expect(nextTier(toTierTexts([tier(24, 100)]))).toEqual({ hours_before: "12", refund_percent: "50" });
  expect(nextTier([])).toEqual({ hours_before: "24", refund_percent: "100" });
  expect(nextTier([{ hours_before: "x", refund_percent: "" }])).toEqual({
    hours_before: "0",
    refund_percent: "0",
  });
});

it("the API's error about a tier belongs to the field it is about", () => {
  expect(tierErrorOf("Tier 2: the hours must be fewer than in tier 1.")).toEqual({
    name: "1.hours_before",
    message: "The hours must be fewer than in step 1.",
  });
  expect(tierErrorOf("Tier 3: the percentage must be lower than in tier 2.")?.name).toBe("2.refund_percent");
  expect(tierErrorOf("Enter 1 to 5 tiers.")).toBeNull();
});
