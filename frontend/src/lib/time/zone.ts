import RENAMED from "./renamedZones.json";

/** Zones that browsers still list under an old name: the table of the server (`make fixtures`). */
export const RENAMED_ZONES: Record<string, string> = RENAMED;

let cachedZone: string | undefined;

/**
 * The browser's time zone, computed once because it takes milliseconds. In a file of its own: loaders need it without
 * the imports of time.ts.
 */
export function browserZone(): string {
  if (cachedZone === undefined) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    cachedZone = RENAMED_ZONES[zone] ?? zone;
  }
  return cachedZone;
}
