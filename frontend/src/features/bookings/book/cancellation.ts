const HOUR = 3_600_000;

export type CancellationRule =
  | { kind: "until_start" }
  | { kind: "until"; hours: number }
  | { kind: "until_moment"; hours: number; moment: Date }
  | { kind: "too_late"; hours: number };

/** Until when one may cancel a booking: `notice` hours before the start, or the start itself. */
export function cancellationRule(notice: number, start: string | undefined, now: Date): CancellationRule {
  if (notice === 0) return { kind: "until_start" };
  if (!start) return { kind: "until", hours: notice };
  const moment = new Date(new Date(start).getTime() - notice * HOUR);
  return moment <= now
    ? { kind: "too_late", hours: notice }
    : { kind: "until_moment", hours: notice, moment };
}
