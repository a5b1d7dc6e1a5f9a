/**
 * Times for people. An instant comes from the API as ISO 8601 and is only ever *shown* in a zone; what is sent back is
 * the very text that came.
 */
import { TZDate } from "@date-fns/tz";
import { useMe } from "~/lib/auth/me";
import { browserZone } from "./zone";

const LOCALE = "en-GB";
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(instant: string | Date, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${zone} ${JSON.stringify(options)}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(LOCALE, { timeZone: zone, ...options });
    formatters.set(key, formatter);
  }
  return formatter.format(new Date(instant));
}

/** The zone in which this person reads times: their own choice, or their browser's. */
export function useZone(): string {
  return useMe()?.time_zone ?? browserZone();
}

/** "18:30" */
export function formatTime(instant: string | Date, zone: string): string {
  return format(instant, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "Thu 3 Dec" */
export function formatDay(instant: string | Date, zone: string): string {
  return format(instant, zone, { weekday: "short", day: "numeric", month: "short" }).replace(",", "");
}

/** "Thursday 3 December 2026" */
export function formatLongDay(instant: string | Date, zone: string): string {
  return format(instant, zone, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).replace(
    ",",
    "",
  );
}

/** "December 2026" */
export function formatMonth(instant: string | Date, zone: string): string {
  return format(instant, zone, { month: "long", year: "numeric" });
}

/** "Thu 3 Dec, 18:30" */
export function formatDateTime(instant: string | Date, zone: string): string {
  return `${formatDay(instant, zone)}, ${formatTime(instant, zone)}`;
}

/** "Thu 3 Dec, 18:30 – 20:00"; the day is said again where it ends on another. */
export function formatTimeRange(starts: string | Date, ends: string | Date, zone: string): string {
  const isOneDay = dateKey(starts, zone) === dateKey(ends, zone);
  return `${formatDateTime(starts, zone)} – ${isOneDay ? formatTime(ends, zone) : formatDateTime(ends, zone)}`;
}

/** "2026-12-03", the calendar day on which an instant falls there. */
export function dateKey(instant: string | Date, zone: string): string {
  const day = new TZDate(new Date(instant), zone);
  return [day.getFullYear(), pad(day.getMonth() + 1), pad(day.getDate())].join("-");
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** "Mexico City": the place that a zone is named after. */
export function zoneCity(zone: string): string {
  return zone.split("/").pop()?.replaceAll("_", " ") ?? zone;
}

/** "Central European Time (Berlin)": the zone as people know it, and its place. */
export function zoneName(zone: string): string {
  const place = zoneCity(zone);
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    // for a zone that is no place, browsers have no generic name but "GMT+00:00"
    timeZoneName: zone.includes("/") ? "longGeneric" : "long",
  }).formatToParts();
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
  return name.includes(place) || !zone.includes("/") ? name : `${name} (${place})`;
}

/** Whether two zones show this instant alike: then one of them is enough. */
export function showsSameTime(instant: string | Date, one: string, other: string): boolean {
  return one === other || formatDateTime(instant, one) === formatDateTime(instant, other);
}

/** An instant in another zone than the viewer's: "05:00", or "Fri 05:00" where it is another day there. */
export function formatInOtherZone(instant: string | Date, zone: string, other: string): string {
  const time = formatTime(instant, other);
  if (dateKey(instant, zone) === dateKey(instant, other)) return time;
  return `${format(instant, other, { weekday: "short" })} ${time}`;
}

const DISTANCE_UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "in 3 days", "in 40 minutes", "2 hours ago": whole units, since "tomorrow" would depend on the zone. */
export function formatDistance(instant: string | Date, now: Date): string {
  const seconds = (new Date(instant).getTime() - now.getTime()) / 1000;
  const step = DISTANCE_UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (!step) return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(0, "second");
  return new Intl.RelativeTimeFormat("en").format(Math.trunc(seconds / step[1]), step[0]);
}
