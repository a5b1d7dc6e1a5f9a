/** The starts that a schedule gives, laid out by the day and by why some are closed. */
import { TZDate } from "@date-fns/tz";
import type { Schema } from "~/lib/api/client";
import { addDays, type Day, groupByDay, startOfDay } from "~/lib/time/days";
import { dateKey } from "~/lib/time/time";

export type Slot = Schema<"SlotOut">;
export type Reason = NonNullable<Slot["reason"]>;

/** Neighbouring starts that are open, or closed for one reason. */
export type Run = { reason: Reason | null; slots: Slot[] };

/** `shift`: minutes by which the clocks are set forward on that day, negative for back. */
export type PreviewDay = { day: Day; runs: Run[]; shift: number };

export const PREVIEW_DAYS = 14;

/** Two weeks of a zone's calendar, as instants; hours more or less than 336 where the clocks change. */
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
  const offset = (at: string) => new TZDate(at, zone).getTimezoneOffset();
  return offset(startOfDay(day, zone)) - offset(startOfDay(addDays(day), zone));
}

export function today(zone: string, now = new Date()): Day {
  return dateKey(now, zone);
}
