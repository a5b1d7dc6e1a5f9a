/** Where to go after signing in: a path of ours, never another site's. */
export function nextOf(search: Record<string, unknown>): { next?: string } {
  const { next } = search;
  const isOurs = typeof next === "string" && /^\/(?![/\\])/.test(next);
  return isOurs ? { next } : {};
}
