import { newIdempotencyKey } from "./client";

/** Keys for what a person means to do: the same for repeats of the same thing, another one when it has changed. */
export function createKeyFor(): (intent: unknown) => string {
  let last = "";
  let key = "";
  return (intent) => {
    const now = JSON.stringify(intent);
    if (now !== last || !key) [last, key] = [now, newIdempotencyKey()];
    return key;
  };
}
