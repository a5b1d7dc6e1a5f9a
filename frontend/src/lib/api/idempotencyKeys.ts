import { newIdempotencyKey } from "./client";

/** Returns the same key while the intent is unchanged, and a new one when it changes. */
export function createKeyFor(): (intent: unknown) => string {
  let last = "";
  let key = "";
  return (intent) => {
    const now = JSON.stringify(intent);
    if (now !== last || !key) [last, key] = [now, newIdempotencyKey()];
    return key;
  };
}
