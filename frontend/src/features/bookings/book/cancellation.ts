const HOUR = 3_600_000;

export type CancellationRule =
  | { kind: "until_start" }
  | { kind: "until"; hours: number }
  | { kind: "until_moment"; hours: number; deadline: Date }
  | { kind: "too_late"; hours: number };

/** The deadline for cancelling a booking: `noticeHours` before the start, or the start itself. */
export function cancellationRule(
  noticeHours: number,
  start: string | undefined,
  now: Date,
): CancellationRule {
  if (noticeHours === 0) return { kind: "until_start" };
  if (!start) return { kind: "until", hours: noticeHours };
  const deadline = new Date(new Date(start).getTime() - noticeHours * HOUR);
  return deadline <= now
    ? { kind: "too_late", hours: noticeHours }
    : { kind: "until_moment", hours: noticeHours, deadline };
}
