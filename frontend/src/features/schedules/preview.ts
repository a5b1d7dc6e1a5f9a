/** Groups the starts of a schedule by day and by the reason why some are closed. */
import type { Schema } from "~/lib/api/client";
import { addDays, type Day, groupByDay, startOfDay } from "~/lib/time/days";
import { offsetAt } from "~/lib/time/offsets";
import { dateKey } from "~/lib/time/time";

export type Slot = Schema<"SlotOut">;
export type Reason = NonNullable<Slot["reason"]>;

/** Consecutive starts that are open, or closed for the same reason. */
export type Run = { reason: Reason | null; slots: Slot[] };

/** `shift`: minutes that clocks move forward on that day, negative for back. */
export type PreviewDay = { day: Day; runs: Run[]; shift: number };

export const PREVIEW_DAYS = 14;

/** Two weeks in a zone as instants; not exactly 336 hours when clocks change. */
export function previewWindow(first: Day, zone: string): { from: string; to: string } {
  return { from: startOfDay(first, zone), to: startOfDay(addDays(first, PREVIEW_DAYS), zone) };
}

/** Every day of the two weeks, including days without a start. Past slots are left out. */
export function toPreviewDays(slots: Slot[], first: Day, zone: string): PreviewDay[] {
  const slotsByDay = groupByDay(
    slots.filter(({ reason }) => reason !== "past"),
    zone,
  );
  return Array.from({ length: PREVIEW_DAYS }, (_, index) => {
    const day = addDays(first, index);
    return { day, runs: groupRuns(slotsByDay.get(day) ?? []), shift: clockShift(day, zone) };
  });
}

export function groupRuns(slots: Slot[]): Run[] {
  const runs: Run[] = [];
  for (const slot of slots) {
    const last = runs.at(-1);
    if (last && last.reason === slot.reason) last.slots.push(slot);
    else runs.push({ reason: slot.reason, slots: [slot] });
  }
  return runs;
}

function clockShift(day: Day, zone: string): number {
  const offset = (start: string) => offsetAt(Date.parse(start), zone);
  return (offset(startOfDay(addDays(day), zone)) - offset(startOfDay(day, zone))) / 60_000;
}

export function today(zone: string, now = new Date()): Day {
  return dateKey(now, zone);
}
