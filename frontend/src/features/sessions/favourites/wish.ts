/**
 * A favourite that a visitor chose before signing in; it is kept until then, in this tab. Hearts that are shown to a visitor
 * again forget it, since then they have left the sign-in.
 */
const KEY = "favourite";
const KEPT_FOR_MS = 30 * 60_000;

export function rememberWish(id: string): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ id, at: Date.now() }));
  } catch {
    // the browser forbids storage, so the heart has to be pressed again
  }
}

export function forgetWish(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // nothing was kept
  }
}

/** Returns the session and forgets it, so that it is kept once. */
export function takeWish(now = Date.now()): string | null {
  try {
    const { id, at } = JSON.parse(sessionStorage.getItem(KEY) ?? "null") ?? {};
    sessionStorage.removeItem(KEY);
    return typeof id === "string" && now - at < KEPT_FOR_MS ? id : null;
  } catch {
    return null;
  }
}
