/** Where to go after signing in: only paths of this site, to prevent open redirects. */
export function validateNext(search: Record<string, unknown>): { next?: string } {
  const { next } = search;
  const isOurs = typeof next === "string" && /^\/(?![/\\])[^\s\\\p{Cc}]*$/u.test(next);
  return isOurs ? { next } : {};
}

/** `next`, and what came of signing in with another service. */
export function validateArrival(search: Record<string, unknown>): {
  next?: string;
  oidc?: string;
  provider?: string;
} {
  const { oidc, provider } = search;
  if (typeof oidc !== "string" || typeof provider !== "string") return validateNext(search);
  return { ...validateNext(search), oidc, provider };
}
