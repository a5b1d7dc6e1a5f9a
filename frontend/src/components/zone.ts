let zone: string | undefined;

/**
 * The zone of this browser's clock, asked for once: the browser takes milliseconds to tell. In a file of its own, since
 * loaders need it and none of what time.ts brings along.
 */
export function browserZone(): string {
  zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return zone;
}
