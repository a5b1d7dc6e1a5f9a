/** Numbers of what needs attention, as they were counted. */
import type { Dashboard } from "./queries";

type Name = keyof Dashboard["attention"];

/** Mails and payments are counted up to this number. */
const MAX_COUNTED = 1_000;
const CAPPED: ReadonlySet<Name> = new Set(["held_messages", "failed_messages", "parked_payments"]);
const NUMBER = new Intl.NumberFormat("en");

/** A number in words of the page; at the cap there may be more. */
export function countShown(name: Name, count: number): string {
  const isCapped = CAPPED.has(name) && count >= MAX_COUNTED;
  return isCapped ? `${NUMBER.format(MAX_COUNTED)}+` : NUMBER.format(count);
}
