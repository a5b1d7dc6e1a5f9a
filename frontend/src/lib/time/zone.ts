/** Places that browsers still list under a name that is no longer theirs. */
export const NAMED_ANEW: Record<string, string> = {
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

let known: string | undefined;

/**
 * The zone of this browser's clock, asked for once: the browser takes milliseconds to tell. In a file of its own, since
 * loaders need it and none of what time.ts brings along.
 */
export function browserZone(): string {
  if (known === undefined) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    known = NAMED_ANEW[zone] ?? zone;
  }
  return known;
}
