/**
 * UTC offsets of time zones, from the server. Browsers have zone data of other ages, which would show other hours, so
 * theirs is used only until the server's is there, and for instants that it leaves out. In a file of its own: loaders
 * need it without the imports of time.ts.
 */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, type Schema, sendAsVisitor, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { queryKeys } from "~/lib/api/queryKeys";

/** Instants in milliseconds from which an offset, also in milliseconds, is in force. */
type Table = { from: number[]; offsets: number[]; until: number };

const MINUTE = 60_000;
/** How long pages wait for the server's offsets, in milliseconds. */
const MAX_WAIT = 5_000;
const FIXED = /^([+-])(\d\d):(\d\d)(?::(\d\d))?$/;
const tables = new Map<string, Table>();

/** Remembers the offsets of a zone. */
export function keepOffsets({ time_zone, offsets, until }: Schema<"ZoneOffsetsOut">): void {
  tables.set(time_zone, {
    from: offsets.map(({ at }) => Date.parse(at)),
    offsets: offsets.map(({ utc_offset }) => parseOffset(utc_offset) ?? 0),
    until: Date.parse(until),
  });
}

/** "+05:30" in milliseconds; `null` for the name of a zone. */
function parseOffset(text: string): number | null {
  const [, sign, hours, minutes, seconds = "0"] = FIXED.exec(text) ?? [];
  if (sign === undefined) return null;
  const size = (Number(hours) * 60 + Number(minutes)) * MINUTE + Number(seconds) * 1000;
  return sign === "-" ? -size : size;
}

/** The offset in milliseconds at an instant, of a zone by its name or of an offset such as "+05:30". */
export function offsetAt(at: number, zone: string): number {
  const fixed = parseOffset(zone);
  if (fixed !== null) return fixed;
  const table = tables.get(zone);
  let index = table && at < table.until ? table.from.length - 1 : -1;
  while (index >= 0 && (table?.from[index] ?? 0) > at) index -= 1;
  return table?.offsets[index] ?? browserOffset(at, zone);
}

const clocks = new Map<string, Intl.DateTimeFormat | null>();

function browserOffset(at: number, zone: string): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = makeClock(zone);
    clocks.set(zone, clock);
  }
  return clock === null
    ? 0
    : Date.parse(`${clock.format(at).replace(" ", "T")}Z`) - Math.floor(at / 1000) * 1000;
}

function makeClock(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  } catch {
    return null; // a zone that is newer than the browser
  }
}

/** Whether the server's offsets of a zone are there. */
export function isKnown(zone: string): boolean {
  return tables.has(zone) || parseOffset(zone) !== null;
}

/** Whether the server's offsets of a zone are there. A failure is an answer too, or pages would wait for it. */
function offsetsQuery(zone: string) {
  return queryOptions({
    queryKey: queryKeys.timeZones.offsets(zone),
    queryFn: async () => {
      const params = { query: { time_zone: zone } };
      const signal = AbortSignal.timeout(MAX_WAIT);
      // boot.js preloads them, and a token would come later
      const request = api.GET("/api/time-zones/offsets", { params, signal, fetch: sendAsVisitor });
      const found = await unwrap(request).catch(() => null);
      if (found) keepOffsets(found);
      return found !== null;
    },
    staleTime: ({ state }) => (state.data ? Number.POSITIVE_INFINITY : MINUTE),
    gcTime: Number.POSITIVE_INFINITY,
  });
}

/** Loads the offsets of a zone before its times are shown. If that fails, the browser's are used. */
export async function loadOffsets(zone: string): Promise<void> {
  await queryClient.prefetchQuery(offsetsQuery(zone));
}

/** Loads the offsets of a zone, and renders again when they are there. Returns whether times can be shown. */
export function useOffsets(zone: string): boolean {
  return !useQuery(offsetsQuery(zone)).isPending;
}

/** The present offsets of all zones that the server knows, by name; `undefined` until they are there. */
export function usePresentOffsets(isNeeded: boolean): Map<string, string> | undefined {
  return useQuery({
    queryKey: queryKeys.timeZones.all,
    queryFn: async () => unwrap(api.GET("/api/time-zones")),
    select: (zones) => new Map(zones.map(({ time_zone, utc_offset }) => [time_zone, utc_offset])),
    enabled: isNeeded,
    staleTime: 15 * MINUTE,
  }).data;
}
