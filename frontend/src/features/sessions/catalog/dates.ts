import { addDays, type Day } from "~/lib/time/days";

export const QUICK = ["today", "tomorrow", "weekend", "week"] as const;
export type Quick = (typeof QUICK)[number];

export type Days = { from: Day; to: Day };

/**
 * The days of a preset such as "tomorrow", seen from `today`; a weekend in progress is shortened to what is left of it.
 */
export function quickRange(quick: Quick, today: Day): Days {
  const weekday = new Date(`${today}T12:00:00Z`).getUTCDay() || 7;
  switch (quick) {
    case "today":
      return { from: today, to: today };
    case "tomorrow":
      return { from: addDays(today), to: addDays(today) };
    case "weekend":
      return { from: addDays(today, Math.max(0, 6 - weekday)), to: addDays(today, 7 - weekday) };
    case "week":
      return { from: today, to: addDays(today, 6) };
  }
}

export function matchQuickRange({ from, to }: Partial<Days>, today: Day): Quick | undefined {
  return QUICK.find((quick) => {
    const days = quickRange(quick, today);
    return days.from === from && days.to === to;
  });
}
