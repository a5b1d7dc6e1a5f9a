import { z } from "zod";
import { scheduleLimits } from "~/lib/api/limits";
import { type ScheduleForm, toNoticeMinutes } from "./model";
import {
  DAY_MINUTES,
  dayOffset,
  findOverlaps,
  type PositionedRange,
  parseTime,
  toSpan,
  WEEK_MINUTES,
} from "./ranges";
import type { Texts } from "./texts";

const MAX_STEP = scheduleLimits.weekly.each.step.maximum;
const MAX_BUFFER = scheduleLimits.buffer_before.maximum;
const MAX_MINIMUM_NOTICE = scheduleLimits.notice.maximum;
const MAX_BOOKING_WINDOW = scheduleLimits.horizon.maximum;
const MAX_WEEKLY = scheduleLimits.weekly.maxItems;
const MAX_DATE_OVERRIDES = scheduleLimits.exceptions.maxItems;

type Path = (string | number)[];
type AddIssue = (path: Path, message: string) => void;
type RangeWithPath = PositionedRange & { path: Path };

function integerBetween(min: number, max: number, message: string) {
  return z
    .string()
    .trim()
    .refine((text) => /^\d{1,6}$/.test(text) && Number(text) >= min && Number(text) <= max, message);
}

/** Validates a schedule form by the server's rules, with errors at their fields. By arrangement, there are no rules. */
export function scheduleRules(t: Texts) {
  const range = {
    starts: z.string(),
    ends: z.string(),
    step: z
      .string()
      .trim()
      .refine(
        (text) => text === "" || (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_STEP),
        {
          message: t("rules.step", { most: MAX_STEP }),
        },
      ),
  };
  const ranges = z.array(z.object(range));
  const date = z.string().refine((text) => dayOffset(text) !== null, t("rules.date"));
  const rules = z
    .object({
      kind: z.literal("schedule"),
      time_zone: z.string().min(1, t("rules.zone")),
      week: z.array(z.object({ ranges })),
      exceptions: z
        .array(z.object({ date, ranges }))
        .max(MAX_DATE_OVERRIDES, t("rules.dates", { most: MAX_DATE_OVERRIDES })),
      extras: z
        .array(z.object({ date, ...range }))
        .max(MAX_DATE_OVERRIDES, t("rules.dates", { most: MAX_DATE_OVERRIDES })),
      buffer_before: integerBetween(0, MAX_BUFFER, t("rules.buffer", { most: MAX_BUFFER })),
      buffer_after: integerBetween(0, MAX_BUFFER, t("rules.buffer", { most: MAX_BUFFER })),
      notice: z.object({
        amount: integerBetween(0, MAX_MINIMUM_NOTICE, t("rules.notice")),
        unit: z.enum(["minutes", "hours", "days"]),
      }),
      horizon: integerBetween(1, MAX_BOOKING_WINDOW, t("rules.horizon", { most: MAX_BOOKING_WINDOW })),
      valid_from: z.string(),
      valid_until: z.string(),
    })
    .superRefine((form, context) => {
      const addIssue: AddIssue = (path, message) => context.addIssue({ code: "custom", path, message });
      checkRanges(form, addIssue, t);
      checkLimits(form, addIssue, t);
    });
  const schema = z.discriminatedUnion("kind", [z.looseObject({ kind: z.literal("open") }), rules]);
  return schema as unknown as z.ZodType<ScheduleForm, ScheduleForm>;
}

function checkRanges(form: ScheduleForm, addIssue: AddIssue, t: Texts): void {
  const weeklyRanges: RangeWithPath[] = form.week.flatMap(({ ranges }, day) =>
    ranges.map((range, rangeIndex) => ({
      midnight: day * DAY_MINUTES,
      range,
      path: ["week", day, "ranges", rangeIndex],
    })),
  );
  if (weeklyRanges.length > MAX_WEEKLY) addIssue(["week"], t("rules.weekly", { most: MAX_WEEKLY }));
  const overrideRanges: RangeWithPath[] = form.exceptions.flatMap(({ date, ranges }, index) =>
    ranges.map((range, rangeIndex) => ({
      midnight: dayOffset(date) ?? Number.NaN,
      range,
      path: ["exceptions", index, "ranges", rangeIndex],
    })),
  );
  const extraRanges: RangeWithPath[] = form.extras.map((range, index) => ({
    midnight: dayOffset(range.date) ?? Number.NaN,
    range,
    path: ["extras", index],
  }));
  checkOverlaps(weeklyRanges, addIssue, t, WEEK_MINUTES);
  checkOverlaps(overrideRanges, addIssue, t);
  checkOverlaps(extraRanges, addIssue, t);
  const seen = new Set<string>();
  form.exceptions.forEach(({ date }, index) => {
    if (date && seen.has(date)) addIssue(["exceptions", index, "date"], t("rules.twice"));
    seen.add(date);
  });
}

function checkOverlaps(placed: RangeWithPath[], addIssue: AddIssue, t: Texts, cycle?: number): void {
  const valid = placed.filter(({ range, midnight, path }) => {
    const missing = (["starts", "ends"] as const).filter((end) => parseTime(range[end]) === null);
    for (const end of missing) addIssue([...path, end], t("rules.time"));
    const span = toSpan(range);
    const isEmpty = span !== null && span[0] === span[1];
    if (isEmpty) addIssue([...path, "ends"], t("rules.empty"));
    return missing.length === 0 && !isEmpty && !Number.isNaN(midnight);
  });
  const reported = new Set<number>();
  for (const [, later] of findOverlaps(valid, cycle)) {
    const found = valid[later];
    if (!found || reported.has(later)) continue;
    reported.add(later);
    addIssue([...found.path, "starts"], t("rules.overlap"));
  }
}

function checkLimits(form: ScheduleForm, addIssue: AddIssue, t: Texts): void {
  const notice = toNoticeMinutes(form.notice);
  if (notice > MAX_MINIMUM_NOTICE) addIssue(["notice", "amount"], t("rules.notice"));
  else if (notice >= Number(form.horizon) * DAY_MINUTES)
    addIssue(["notice", "amount"], t("rules.notice_horizon"));
  if (form.valid_from && form.valid_until && form.valid_until < form.valid_from) {
    addIssue(["valid_until"], t("rules.until"));
  }
}
