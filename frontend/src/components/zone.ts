/** The zone of this browser's clock. In a file of its own: loaders need it, and none of what time.ts brings along. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
