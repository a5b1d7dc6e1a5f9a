import type { Slot } from "./queries";

/**
 * The dates that are listed first: the soonest with enough seats, and the selected one even if it is later.
 */
export function nextDates(slots: Slot[], seats: number, count: number, value: string | null): Slot[] {
  const free = slots.filter(({ seats_left }) => seats_left >= seats);
  const first = free.slice(0, count);
  const selected = slots.find(({ starts_at }) => starts_at === value);
  return selected && !first.includes(selected) ? [...first.slice(0, count - 1), selected] : first;
}
