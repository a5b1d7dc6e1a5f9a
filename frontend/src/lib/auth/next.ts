/** Where to go after signing in: a path of ours, never another site's, however it is written. */
export function validateNext(search: Record<string, unknown>): { next?: string } {
  const { next } = search;
  const isOurs = typeof next === "string" && /^\/(?![/\\])[^\s\\\p{Cc}]*$/u.test(next);
  return isOurs ? { next } : {};
}
