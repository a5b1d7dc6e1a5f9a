/** Sums up the changes of what a creator has by booking. */
import { subtractAmounts, sumAmounts } from "~/lib/money/money";
import type { Change } from "./queries";

export type BookingEarnings = {
  booking: string;
  title: string;
  /** When it changed last. */
  at: string;
  /** What the learner paid, what went back, what the marketplace kept, and what the creator has or will have. */
  paid: string;
  returned: string;
  commission: string;
  yours: string;
  state: "held" | "earned" | "returned";
};

/**
 * One row a booking, in the order of its last change. A booking whose payment is on a page that is not loaded yet is
 * left out, since its sums would be wrong.
 */
export function perBooking(changes: Change[]): BookingEarnings[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.kind === "fee") continue;
    groups.set(change.booking, [...(groups.get(change.booking) ?? []), change]);
  }
  return [...groups.values()].filter((each) => each.some(({ kind }) => kind === "payment")).map(toRow);
}

function toRow(changes: Change[]): BookingEarnings {
  const [newest] = changes as [Change];
  const held = sumAmounts(changes.map((each) => each.held));
  const yours = sumAmounts([held, ...changes.map((each) => each.earned)]);
  const refunds = changes.filter(({ kind }) => kind === "refund");
  const returned = sumAmounts(refunds.flatMap((each) => [each.held, each.earned, each.commission]));
  return {
    booking: newest.booking,
    title: newest.title,
    at: newest.at,
    paid: sumAmounts(changes.filter(({ kind }) => kind === "payment").map((each) => each.held)),
    returned: subtractAmounts("0", returned),
    commission: sumAmounts(changes.map((each) => each.commission)),
    yours,
    state: Number(held) > 0 ? "held" : Number(yours) > 0 ? "earned" : "returned",
  };
}
