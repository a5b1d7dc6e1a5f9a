/** Derives what staff see of a payment from the API's record. */
import { formatMoney, parseAmount, subtractAmounts } from "~/lib/money/money";
import type { Operation, PaymentRecord, PaymentTimeline } from "./queries";

export type TimelineEntry =
  | { at: string; operation: Operation }
  | { at: string; transaction: PaymentTimeline["transactions"][number] }
  | { at: string; dispute: PaymentTimeline["disputes"][number]; outcome: "opened" | "won" | "lost" }
  | { at: string; notice: PaymentTimeline["notices"][number] };

/** All that is known of a payment, oldest first: notices and what they were about, then what was asked and posted. */
export function timelineOf({
  operations,
  transactions,
  disputes,
  notices,
}: PaymentTimeline): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    ...notices.map((notice) => ({ at: notice.recorded_at, notice })),
    ...disputes.flatMap(stepsOf),
    ...operations.map((operation) => ({ at: operation.created_at, operation })),
    ...transactions.map((transaction) => ({ at: transaction.at, transaction })),
  ];
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function stepsOf(dispute: PaymentTimeline["disputes"][number]): TimelineEntry[] {
  const opened = { at: dispute.opened_at, dispute, outcome: "opened" } as const;
  if (dispute.closed_at === null || dispute.state === "open") return [opened];
  return [opened, { at: dispute.closed_at, dispute, outcome: dispute.state }];
}

export function keyOf(entry: TimelineEntry): string {
  if ("operation" in entry) return entry.operation.id;
  if ("transaction" in entry) return entry.transaction.id;
  return "notice" in entry ? entry.notice.id : `${entry.dispute.ref} ${entry.outcome}`;
}

/** How far an operation got; one that the provider has started is on its way. */
export function stateOf({ state, provider_ref }: Operation): Operation["state"] | "started" {
  return state === "asked" && provider_ref ? "started" : state;
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
