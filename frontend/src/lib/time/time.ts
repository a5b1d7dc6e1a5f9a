/**
 * Formatting of times. Instants arrive from the API as ISO 8601 and are only *displayed* in a zone: its name, or an
 * offset that came with them, such as "-04:00". Wall time is the instant plus the offset, formatted as UTC.
 */
import { useMe } from "~/lib/auth/me";
import { isKnown, offsetAt, useOffsets } from "./offsets";
import { browserZone } from "./zone";

const LOCALE = "en-GB";
const DAY = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(instant: string | Date, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", ...options });
    formatters.set(key, formatter);
  }
  return formatter.format(wallTime(instant, zone));
}

/** What the zone's clock shows, as the instant at which clocks in UTC do. */
function wallTime(instant: string | Date, zone: string): number {
  const at = new Date(instant).getTime();
  return at + offsetAt(at, zone);
}

/** The instants at which the zone's clock shows this: none if it skips it, two if clocks go back. */
export function instantsOf(wall: number, zone: string): number[] {
  const offsets = new Set([offsetAt(wall - DAY, zone), offsetAt(wall + DAY, zone)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((at) => wallTime(new Date(at), zone) === wall)
    .sort((one, other) => one - other);
}

/** The user's time zone: their own choice, or their browser's. */
export function useZone(): string {
  const zone = useMe()?.time_zone ?? browserZone();
  useOffsets(zone);
  return zone;
}

/** "18:30", also when clocks show it twice. */
export function formatClock(instant: string | Date, zone: string): string {
  return format(instant, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** "18:30", or "02:30 (UTC+2)" when clocks show it twice. */
export function formatTime(instant: string | Date, zone: string): string {
  return formatClock(instant, zone) + repeatedOffset(instant, zone, zone);
}

/** " (UTC+2)" if the clock of the zone shows the time of this instant twice. */
function repeatedOffset(instant: string | Date, zone: string, utcOffset: string): string {
  const isRepeated = instantsOf(wallTime(instant, zone), zone).length > 1;
  return isRepeated ? ` (${formatOffset(instant, utcOffset)})` : "";
}

/** "UTC−5", "UTC+5:30" */
export function formatOffset(instant: string | Date, zone: string): string {
  const minutes = Math.round(offsetAt(new Date(instant).getTime(), zone) / 60_000);
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${pad(rest)}` : ""}`;
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

/** "Thu 3 Dec, 18:30 (UTC+1)", for readers who do not know in whose zone it is. */
export function formatWithOffset(instant: string | Date, zone: string): string {
  return `${formatDay(instant, zone)}, ${formatClock(instant, zone)} (${formatOffset(instant, zone)})`;
}

/** "Thu 3 Dec, 18:30 – 20:00"; repeats the day if it ends on another. */
export function formatTimeRange(starts: string | Date, ends: string | Date, zone: string): string {
  const isOneDay = dateKey(starts, zone) === dateKey(ends, zone);
  return `${formatDateTime(starts, zone)} – ${isOneDay ? formatTime(ends, zone) : formatDateTime(ends, zone)}`;
}

/** "2026-12-03", the calendar day of an instant in a zone. */
export function dateKey(instant: string | Date, zone: string): string {
  return new Date(wallTime(instant, zone)).toISOString().slice(0, 10);
}

/** "2026-12-03T18:30", the wall time of an instant in a zone, to the minute. */
export function localTime(instant: string | Date, zone: string): string {
  return new Date(wallTime(instant, zone)).toISOString().slice(0, 16);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** "Mexico City": the city of a zone. */
export function zoneCity(zone: string): string {
  return zone.split("/").pop()?.replaceAll("_", " ") ?? zone;
}

/**
 * "Havana time (UTC−5)": the city of a zone and its offset at an instant, "(now UTC−5)" without one. Never a name or
 * abbreviation, which may outlive its offset. `utcOffset` came with the instant.
 */
export function zoneName(zone: string, at?: string | Date, utcOffset = zone): string {
  const offset = isKnown(utcOffset) ? formatOffset(at ?? new Date(), utcOffset) : "";
  const isPlace = zone.includes("/") && !zone.startsWith("Etc/");
  if (!isPlace || !offset) return isPlace ? `${zoneCity(zone)} time` : offset || zone;
  return `${zoneCity(zone)} time (${at ? "" : "now "}${offset})`;
}

/** The same for several instants: without an offset if it changes between them. */
export function zoneNameAt(zone: string, ...instants: string[]): string {
  const isOneOffset = new Set(instants.map((at) => offsetAt(Date.parse(at), zone))).size < 2;
  return zoneName(zone, instants[0], isOneOffset ? zone : "");
}

/** The same for now, of a zone that no time on the page is in. */
export function useZoneName(zone: string): string {
  useOffsets(zone);
  return zoneName(zone);
}

/** Whether two zones show the same time at an instant, so that one is enough. */
export function showsSameTime(instant: string | Date, one: string, other: string): boolean {
  const at = new Date(instant).getTime();
  return offsetAt(at, one) === offsetAt(at, other);
}

/**
 * An instant in a zone other than the viewer's: "05:00", or "Fri 05:00" if the day differs. `other` is that zone or the
 * offset that came with the instant; `otherZone` tells whether its clock shows the time twice.
 */
export function formatInOtherZone(
  instant: string | Date,
  zone: string,
  other: string,
  otherZone = other,
): string {
  const time = formatClock(instant, other) + repeatedOffset(instant, otherZone, other);
  if (dateKey(instant, zone) === dateKey(instant, other)) return time;
  return `${format(instant, other, { weekday: "short" })} ${time}`;
}

const DISTANCE_UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "in 3 days", "in 40 minutes", "2 hours ago": whole units, because "tomorrow" depends on the zone. */
export function formatDistance(instant: string | Date, now: Date): string {
  const seconds = (new Date(instant).getTime() - now.getTime()) / 1000;
  const step = DISTANCE_UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (!step) return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(0, "second");
  return new Intl.RelativeTimeFormat("en").format(Math.trunc(seconds / step[1]), step[0]);
}
