import { useSuspenseQuery } from "@tanstack/react-query";
import { useId, useRef } from "react";
import { useFieldArray, useFormContext, useWatch } from "react-hook-form";
import { marketplaceQuery } from "~/lib/api/marketplace";
import type { SessionForm } from "../model";
import {
  POLICIES,
  type PolicyName,
  policyName,
  type TierText,
  tiersOf,
  toTiers,
  toTierTexts,
} from "../policy";
import { useTexts } from "../texts";
import { RadioCard } from "./RadioCard";
import { TierFields } from "./TierFields";
import { usePolicyWords } from "./usePolicyWords";

/** The cancellation policy: one with a name, or tiers of the creator's own. */
export function PolicyFields() {
  const t = useTexts();
  const group = useId();
  const words = usePolicyWords();
  const { cancellation_policies: presets } = useSuspenseQuery(marketplaceQuery).data;
  const { control, setValue, clearErrors } = useFormContext<SessionForm>();
  const tiers = useFieldArray({ control, name: "cancellation_policy" });
  const typed = useWatch({ control, name: "cancellation_policy" });
  const isOwn = useWatch({ control, name: "has_own_policy" });
  const notice = Number(useWatch({ control, name: "cancellation_notice" }));
  // own tiers come back after a look at the others
  const own = useRef<TierText[] | null>(null);
  const chosen = isOwn ? "own" : (policyName(typed, presets) ?? "own");

  const choose = (policy: PolicyName | "own") => {
    if (chosen === "own") own.current = typed;
    clearErrors("cancellation_policy");
    setValue("has_own_policy", policy === "own");
    if (policy !== "own") tiers.replace(toTierTexts(tiersOf(policy, presets)));
    else if (own.current) tiers.replace(own.current);
  };

  return (
    <fieldset>
      <legend className="mb-2 text-sm font-semibold">{t("form.policy")}</legend>
      <div className="flex flex-col gap-3">
        {POLICIES.map((name) => (
          <RadioCard
            key={name}
            name={group}
            checked={chosen === name}
            onChange={() => choose(name)}
            title={t(`policy.${name}`)}
            text={words(tiersOf(name, presets), 0)}
          />
        ))}
        <RadioCard
          name={group}
          checked={chosen === "own"}
          onChange={() => choose("own")}
          title={t("policy.own")}
          text={t("policy.own_text")}
        />
      </div>
      {chosen === "own" && <TierFields tiers={tiers} />}
      <p aria-live="polite" className="mt-4 rounded-control bg-sunk px-4 py-3 text-sm">
        <span>{words(toTiers(typed), Number.isInteger(notice) ? notice : 0)}</span>{" "}
        <span>{notice > 0 && t("policy.after_notice")}</span>
      </p>
    </fieldset>
  );
}
