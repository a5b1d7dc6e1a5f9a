import { useState } from "react";
import { Field, Input } from "~/components/Field";
import { formatMoney, useCurrency } from "~/lib/money/money";
import { ActionDialog } from "../ActionDialog";
import { useTexts } from "../texts";
import { type PaymentRecord, refund } from "./queries";
import { readRefund, refundableOf } from "./rules";

/** Returns a part of a payment to the learner, at most what is left of it. */
export function RefundDialog({ payment, onClose }: { payment: PaymentRecord; onClose: () => void }) {
  const t = useTexts();
  const { currency_digits } = useCurrency();
  const left = refundableOf(payment);
  const [text, setText] = useState(left);
  const read = readRefund(text, left, currency_digits);
  const money = (amount: string) => formatMoney(amount, { currency: payment.currency, currency_digits });
  const fault = "fault" in read ? t(`refund.${read.fault}`, { left: money(left) }) : undefined;
  const amount = "amount" in read ? read.amount : "0";
  return (
    <ActionDialog
      title={t("refund.title")}
      text={t("refund.text")}
      actionLabel={fault ? t("refund.open") : t("refund.do", { amount: money(amount) })}
      done={t("refund.done")}
      isDanger
      isReady={!fault}
      intent={amount}
      submit={(reason, key) => refund(payment.id, amount, reason, key)}
      onClose={onClose}
    >
      <Field
        label={t("refund.amount", { currency: payment.currency })}
        hint={t("refund.left", { left: money(left) })}
        error={fault}
      >
        {(field) => (
          <span className="block w-40">
            <Input
              {...field}
              inputMode="decimal"
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          </span>
        )}
      </Field>
    </ActionDialog>
  );
}
