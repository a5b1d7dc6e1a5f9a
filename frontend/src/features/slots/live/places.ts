/** Streams that a browser has at most: over HTTP/1.1 it has six connections to a host, and every other request needs one. */
export const MAX_STREAMS = 3;

const SHARED = "marketplace.live";
const PLACES = Array.from({ length: MAX_STREAMS }, (_, place) => `${SHARED}.place-${place + 1}`);

/**
 * Listens once this page is the one of its browser that does for this session, and one of the browser's places is free.
 * `listen` ends with the signal, as the waiting does.
 */
export function listenInTurn(sessionId: string, signal: AbortSignal, listen: () => Promise<void>): void {
  const { locks } = navigator;
  if (!locks) return void listen();
  const wait = () => inOnePlace(locks, signal, listen);
  // aborted while it waits for the page that listens
  locks.request(`${SHARED}.session-${sessionId}`, { signal }, wait).catch(() => undefined);
}

/** Waits for all places, and keeps the first that is free. */
async function inOnePlace(locks: LockManager, signal: AbortSignal, listen: () => Promise<void>) {
  if (signal.aborted) return;
  const waiting = new AbortController();
  const stopWaiting = () => waiting.abort();
  signal.addEventListener("abort", stopWaiting);
  const take = async () => {
    // another place may become free before the waiting for it has ended
    if (waiting.signal.aborted) return;
    stopWaiting();
    await listen();
  };
  await Promise.allSettled(PLACES.map((name) => locks.request(name, { signal: waiting.signal }, take)));
  signal.removeEventListener("abort", stopWaiting);
}
