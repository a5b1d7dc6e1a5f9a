import { z } from "zod";
import { scheduleLimits } from "~/lib/api/limits";
import { noticeMinutes, type ScheduleForm } from "./model";
import { DAY_MINUTES, midnightOf, minutesOf, overlapping, type Placed, spanOf, WEEK_MINUTES } from "./ranges";
import type { Texts } from "./texts";

const MAX_STEP = scheduleLimits.weekly.each.step.maximum;
const MAX_NOTICE = scheduleLimits.notice.maximum;

type Path = (string | number)[];
type Complain = (path: Path, message: string) => void;
type Placing = Placed & { path: Path };

function whole({ minimum, maximum }: { minimum: number; maximum: number }, message: string) {
  return z
    .string()
    .trim()
    .refine((text) => /^\d{1,6}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum, message);
}

/** What the server asks of a schedule, said at the very field while one types. An open one has no rules. */
export function scheduleRules(t: Texts) {
  const { exceptions, extras, buffer_before, buffer_after, notice, horizon } = scheduleLimits;
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
  const date = z.string().refine((text) => midnightOf(text) !== null, t("rules.date"));
  const rules = z
    .object({
      kind: z.literal("schedule"),
      time_zone: z.string().min(1, t("rules.zone")),
      week: z.array(z.object({ ranges })),
      exceptions: z
        .array(z.object({ date, ranges }))
        .max(exceptions.maxItems, t("rules.dates", { most: exceptions.maxItems })),
      extras: z
        .array(z.object({ date, ...range }))
        .max(extras.maxItems, t("rules.dates", { most: extras.maxItems })),
      buffer_before: whole(buffer_before, t("rules.buffer", { most: buffer_before.maximum })),
      buffer_after: whole(buffer_after, t("rules.buffer", { most: buffer_after.maximum })),
      notice: z.object({
        amount: whole(notice, t("rules.notice")),
        unit: z.enum(["minutes", "hours", "days"]),
      }),
      horizon: whole(horizon, t("rules.horizon", { most: horizon.maximum })),
      valid_from: z.string(),
      valid_until: z.string(),
    })
    .superRefine((form, context) => {
      const complain: Complain = (path, message) => context.addIssue({ code: "custom", path, message });
      judgeRanges(form, complain, t);
      judgeLimits(form, complain, t);
    });
  const either = z.discriminatedUnion("kind", [z.looseObject({ kind: z.literal("open") }), rules]);
  return either as unknown as z.ZodType<ScheduleForm, ScheduleForm>;
}

function judgeRanges(form: ScheduleForm, complain: Complain, t: Texts): void {
  const weekly: Placing[] = form.week.flatMap(({ ranges }, day) =>
    ranges.map((range, place) => ({
      midnight: day * DAY_MINUTES,
      range,
      path: ["week", day, "ranges", place],
    })),
  );
  const { maxItems } = scheduleLimits.weekly;
  if (weekly.length > maxItems) complain(["week"], t("rules.weekly", { most: maxItems }));
  const dated: Placing[] = form.exceptions.flatMap(({ date, ranges }, index) =>
    ranges.map((range, place) => ({
      midnight: midnightOf(date) ?? Number.NaN,
      range,
      path: ["exceptions", index, "ranges", place],
    })),
  );
  const extra: Placing[] = form.extras.map((range, index) => ({
    midnight: midnightOf(range.date) ?? Number.NaN,
    range,
    path: ["extras", index],
  }));
  judgeTogether(weekly, complain, t, WEEK_MINUTES);
  judgeTogether(dated, complain, t);
  judgeTogether(extra, complain, t);
  const seen = new Set<string>();
  form.exceptions.forEach(({ date }, index) => {
    if (date && seen.has(date)) complain(["exceptions", index, "date"], t("rules.twice"));
    seen.add(date);
  });
}

function judgeTogether(placed: Placing[], complain: Complain, t: Texts, cycle?: number): void {
  const good = placed.filter(({ range, midnight, path }) => {
    const missing = (["starts", "ends"] as const).filter((end) => minutesOf(range[end]) === null);
    for (const end of missing) complain([...path, end], t("rules.time"));
    const span = spanOf(range);
    const isEmpty = span !== null && span[0] === span[1];
    if (isEmpty) complain([...path, "ends"], t("rules.empty"));
    return missing.length === 0 && !isEmpty && !Number.isNaN(midnight);
  });
  const told = new Set<number>();
  for (const [, later] of overlapping(good, cycle)) {
    const found = good[later];
    if (!found || told.has(later)) continue;
    told.add(later);
    complain([...found.path, "starts"], t("rules.overlap"));
  }
}

function judgeLimits(form: ScheduleForm, complain: Complain, t: Texts): void {
  const notice = noticeMinutes(form.notice);
  if (notice > MAX_NOTICE) complain(["notice", "amount"], t("rules.notice"));
  else if (notice >= Number(form.horizon) * DAY_MINUTES)
    complain(["notice", "amount"], t("rules.notice_horizon"));
  if (form.valid_from && form.valid_until && form.valid_until < form.valid_from) {
    complain(["valid_until"], t("rules.until"));
  }
}
