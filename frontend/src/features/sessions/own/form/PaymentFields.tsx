import { useSuspenseQuery } from "@tanstack/react-query";
import { useFormContext, useWatch } from "react-hook-form";
import { Section } from "~/components/Section";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { parseAmount } from "~/lib/money/money";
import type { SessionForm } from "../model";
import { PAYMENT_METHODS } from "../policy";
import { useTexts } from "../texts";
import { PolicyFields } from "./PolicyFields";
import { RadioCard } from "./RadioCard";

/** How learners pay, and what a cancellation returns. Only for sessions with a price, where payments are taken. */
export function PaymentFields() {
  const t = useTexts();
  const { pays_online, currency_digits } = useSuspenseQuery(marketplaceQuery).data;
  const { register, control, formState } = useFormContext<SessionForm>();
  const price = parseAmount(useWatch({ control, name: "price" }), currency_digits);
  const method = useWatch({ control, name: "payment_method" });
  const isPaid = price !== null && Number(price) > 0;
  // typed errors stay in sight, or they would block saving unseen
  const hasErrors = formState.errors.cancellation_policy !== undefined;
  if (!pays_online || !(isPaid || hasErrors)) return null;
  return (
    <Section title={t("form.payment")}>
      <div className="flex flex-col gap-6">
        <fieldset>
          <legend className="mb-2 text-sm font-semibold">{t("form.pay_how")}</legend>
          <div className="grid gap-3 sm:grid-cols-2">
            {PAYMENT_METHODS.map((value) => (
              <RadioCard
                key={value}
                title={t(`form.pay_${value}`)}
                text={t(`form.pay_${value}_text`)}
                {...register("payment_method")}
                value={value}
              />
            ))}
          </div>
        </fieldset>
        {(method === "online" || hasErrors) && <PolicyFields />}
      </div>
    </Section>
  );
}
