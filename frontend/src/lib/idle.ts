/** Milliseconds that {@link idle} waits at most, and always in Safari, which has no `requestIdleCallback`. */
const MAX_WAIT = 500;

/** Resolves when the browser has nothing else to do. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: MAX_WAIT });
    else setTimeout(resolve, MAX_WAIT);
  });
}
