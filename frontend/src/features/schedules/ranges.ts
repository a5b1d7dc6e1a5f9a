/**
 * Ranges of wall time, by the server's rules: minutes count from midnight of the day on which a range starts, an end at
 * 00:00 is the following midnight, and an end before the start is on the next day.
 */

/** As typed: two times "HH:MM", and the minutes between starts, empty for the session's own duration. */
export type RangeForm = { starts: string; ends: string; step: string };

export type PositionedRange = { midnight: number; range: RangeForm };

export const DAY_MINUTES = 1440;
export const WEEK_MINUTES = 7 * DAY_MINUTES;

/** Minutes after midnight; `null` if it is not a time. */
export function parseTime(clock: string): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock);
  return match ? Number(match[1]) * 60 + Number(match[2]) : null;
}

/** Formats minutes after midnight, also past 24 hours, as "HH:MM". */
export function formatMinutes(minutes: number): string {
  const within = ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(within / 60))}:${two(within % 60)}`;
}

/** Start and end in minutes; equal if the range is empty, `null` while it is incomplete. */
export function toSpan({ starts, ends }: Pick<RangeForm, "starts" | "ends">): [number, number] | null {
  const [begin, end] = [parseTime(starts), parseTime(ends)];
  if (begin === null || end === null) return null;
  return [begin, end < begin || end === 0 ? end + DAY_MINUTES : end];
}

export function isOvernight(range: RangeForm): boolean {
  const span = toSpan(range);
  return span !== null && span[1] > DAY_MINUTES;
}

/** Minutes after midnight at which a session of this duration can start and still end within the range. */
export function listStarts(range: RangeForm, duration: number): number[] {
  const span = toSpan(range);
  const step = range.step.trim() === "" ? duration : Number(range.step);
  if (!span || !Number.isInteger(step) || step < 1 || duration < 1) return [];
  const starts: number[] = [];
  for (let start = span[0]; start + duration <= span[1]; start += step) starts.push(start);
  return starts;
}

/** Minutes from 1970 to midnight of a date, ignoring clock changes, to compare dates. */
export function dayOffset(date: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date);
  if (!match) return null;
  return Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / 60_000;
}

/**
 * Overlapping ranges as pairs of their indexes. Adjacent ranges do not overlap; a night that reaches into the next
 * day's range does. With a `cycle` (in minutes), the last range is followed by the first again.
 */
export function findOverlaps(positioned: PositionedRange[], cycle?: number): [number, number][] {
  const spans = positioned.flatMap(({ midnight, range }, index) => {
    const span = toSpan(range);
    return span ? [{ index, begin: midnight + span[0], end: midnight + span[1] }] : [];
  });
  spans.sort((one, other) => one.begin - other.begin || one.end - other.end);
  const [first] = spans;
  if (cycle !== undefined && first && spans.length > 1) {
    spans.push({ ...first, begin: first.begin + cycle, end: first.end + cycle });
  }
  const pairs: [number, number][] = [];
  let furthest = spans[0];
  for (const span of spans.slice(1)) {
    if (furthest && span.begin < furthest.end && span.index !== furthest.index) {
      pairs.push([furthest.index, span.index]);
    }
    if (!furthest || span.end > furthest.end) furthest = span;
  }
  return pairs;
}
