/** Zones that browsers still list under an old name. */
export const RENAMED_ZONES: Record<string, string> = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Godthab": "America/Nuuk",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};

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
