import type { Slot } from "../queries";
import { listenInTurn } from "./places";

/** What the server says of a session's seats; see `watch_seats` in the API's document. */
export type LiveEvent = { session: string } & (
  | { name: "seats"; starts: Slot[] }
  | { name: "reread" }
  | { name: "gone" }
);

const CHANNEL = "marketplace.live";
/** Milliseconds until the stream is opened again after it was refused, doubling from the first to the second. */
const [FIRST_PAUSE, MAX_PAUSE] = [5_000, 60_000];

/**
 * Follows the seats of a session while the page is visible. The browser has one stream of a session, and few in all:
 * one page opens it and passes events on. Returns what ends it.
 */
export function followSeats(sessionId: string, onEvent: (event: LiveEvent) => void): () => void {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  let following: AbortController | null = null;
  const hear = (event: LiveEvent) => {
    if (following && event.session === sessionId) onEvent(event);
  };
  const pass = (event: LiveEvent) => {
    channel?.postMessage(event);
    hear(event);
  };

  function followWhileVisible() {
    if (document.visibilityState === "hidden") {
      following?.abort();
      following = null;
    } else if (!following) {
      following = new AbortController();
      const { signal } = following;
      // what changed before is not told
      hear({ name: "reread", session: sessionId });
      listenInTurn(sessionId, signal, () => listenUntil(signal, sessionId, pass));
    }
  }

  if (channel) channel.onmessage = ({ data }: MessageEvent<LiveEvent>) => hear(data);
  document.addEventListener("visibilitychange", followWhileVisible);
  followWhileVisible();
  return () => {
    document.removeEventListener("visibilitychange", followWhileVisible);
    following?.abort();
    following = null;
    channel?.close();
  };
}

/** Reads a stream, and opens it again when it is refused, until the signal. */
function listenUntil(signal: AbortSignal, sessionId: string, onEvent: (event: LiveEvent) => void) {
  return new Promise<void>((resolve) => {
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout>;
    let pause = FIRST_PAUSE;

    const open = () => {
      source = new EventSource(`/api/sessions/${sessionId}/live/`);
      source.onopen = () => {
        pause = FIRST_PAUSE;
      };
      for (const name of ["seats", "reread", "gone"] as const) {
        source.addEventListener(name, ({ data }: MessageEvent<string>) => {
          if (name === "gone") source.close();
          onEvent({ name, ...JSON.parse(data) });
        });
      }
      source.onerror = () => {
        // a stream that was lost, the browser opens again by itself
        if (source.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(open, pause * (0.5 + Math.random()));
        pause = Math.min(2 * pause, MAX_PAUSE);
      };
    };

    signal.addEventListener("abort", () => {
      source.close();
      clearTimeout(timer);
      resolve();
    });
    open();
  });
}
