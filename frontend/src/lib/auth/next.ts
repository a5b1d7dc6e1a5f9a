/** Where to go after signing in: only paths of this site, to prevent open redirects. */
export function validateNext(search: Record<string, unknown>): { next?: string } {
  const { next } = search;
  const isOurs = typeof next === "string" && /^\/(?![/\\])[^\s\\\p{Cc}]*$/u.test(next);
  return isOurs ? { next } : {};
}
