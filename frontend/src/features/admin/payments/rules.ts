/** Derives what staff see of a payment from the API's record. */
import { formatMoney, parseAmount, subtractAmounts } from "~/lib/money/money";
import type { Operation, PaymentRecord, PaymentTimeline } from "./queries";

export type TimelineEntry =
  | { at: string; operation: Operation }
  | { at: string; transaction: PaymentTimeline["transactions"][number] };

/** What was asked of the provider and what was posted in the ledger, oldest first; a posting follows its operation. */
export function timelineOf({ operations, transactions }: PaymentTimeline): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    ...operations.map((operation) => ({ at: operation.created_at, operation })),
    ...transactions.map((transaction) => ({ at: transaction.at, transaction })),
  ];
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** What can still be returned: what was taken in and no refund has claimed. */
export function refundableOf({
  captured,
  refund_claimed,
}: Pick<PaymentRecord, "captured" | "refund_claimed">) {
  return subtractAmounts(captured, refund_claimed);
}

/** Returns a typed refund as the API takes it, or why it can't be: it is none, or above what is left. */
export function readRefund(
  text: string,
  left: string,
  digits: number,
): { amount: string } | { fault: "none" | "above" } {
  const amount = parseAmount(text, digits);
  if (amount === null || Number(amount) === 0) return { fault: "none" };
  return subtractAmounts(left, amount).startsWith("-") ? { fault: "above" } : { amount };
}

/** Whether a typed commission is a percentage from 0 to 50 with at most two decimals; a comma counts as a point. */
export function readPercent(text: string): string | null {
  const typed = text.trim().replace(",", ".");
  return /^\d{1,2}(\.\d{1,2})?$/.test(typed) && Number(typed) <= MAX_COMMISSION ? typed : null;
}

export const MAX_COMMISSION = 50;

/** An amount with the decimals that it has, in its own currency. */
export function amountIn(amount: string, currency: string): string {
  return formatMoney(amount, { currency, currency_digits: amount.split(".")[1]?.length ?? 0 });
}
