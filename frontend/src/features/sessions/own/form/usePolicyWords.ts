import { sharesUntil, type Tier } from "../policy";
import { type Texts, useTexts } from "../texts";

const DAY = 24;

/** Says what a policy returns to learners who can cancel until `notice` hours before the start. */
export function usePolicyWords(): (tiers: Tier[], notice: number) => string {
  const t = useTexts();
  return (tiers, notice) => {
    if (tiers.some((tier) => !Object.values(tier).every(Number.isInteger))) return t("policy.incomplete");
    const [first, ...later] = sharesUntil(tiers, notice);
    if (!first) return t("policy.incomplete");
    const clauses = later.map(({ percent, until }) =>
      percent === 0 ? t("policy.then_nothing") : t("policy.then", { percent, until: untilWords(t, until) }),
    );
    const share = first.percent === 0 ? "nothing" : "first";
    const start = t(`policy.${share}`, { percent: first.percent, until: untilWords(t, first.until) });
    return t("policy.sentence", { clauses: [start, ...clauses].join(", ") });
  };
}

function untilWords(t: Texts, hours: number): string {
  if (hours === 0) return t("policy.until_start");
  if (hours > DAY && hours % DAY === 0) return t("policy.until_days", { count: hours / DAY });
  return t("policy.until_hours", { count: hours });
}
