/** A favourite that a visitor chose before signing in; it is kept until then, in this tab. */
const KEY = "favourite";
const KEPT_FOR_MS = 30 * 60_000;

export function rememberWish(id: string): void {
  sessionStorage.setItem(KEY, JSON.stringify({ id, at: Date.now() }));
}

/** Returns the session and forgets it, so that it is kept once. */
export function takeWish(now = Date.now()): string | null {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (text === null) return null;
  const { id, at } = JSON.parse(text) as { id: string; at: number };
  return now - at < KEPT_FOR_MS ? id : null;
}
