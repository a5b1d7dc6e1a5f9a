/** Places that browsers still list under a name that is no longer theirs. */
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
 * The zone of this browser's clock, asked for once: the browser takes milliseconds to tell. In a file of its own, since
 * loaders need it and none of what time.ts brings along.
 */
export function browserZone(): string {
  if (cachedZone === undefined) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    cachedZone = RENAMED_ZONES[zone] ?? zone;
  }
  return cachedZone;
}
