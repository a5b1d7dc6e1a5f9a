/**
 * The login of this browser, shared by its tabs.
 *
 * The access token lives in memory only. The refresh token is a cookie that no script can read. Tabs renew one at a
 * time, since two tabs sending the same refresh token look like theft, which ends the login.
 */
import { Problem } from "~/lib/api/problem";

/** `expired`: the login ended while a page was open; the user has to sign in again to continue. */
export type State = "signed-out" | "signed-in" | "expired";

/** A change made in another tab. `another-person`: a different user is signed in now. */
export type LoginEvent = "signed-in" | "signed-out" | "another-person";

type Message = { kind: "signed-in"; access: string } | { kind: "signed-out" };

/** What a login needs from its browser. */
export type Browser = {
  /** Sends the refresh token. Raises `Problem` when the server cannot be reached. */
  refresh: (attempt: string) => Promise<Response>;
  /** Names the attempt under way: the one that a page was left in, or else a new one. `null` ends it. */
  attempt: { get: () => string; end: () => void };
  /** Runs one callback at a time across all tabs. */
  withLock: <T>(work: () => Promise<T>) => Promise<T>;
  /** Sends to the other tabs. */
  broadcast: (message: Message) => void;
  /** Receives from the other tabs. */
  onMessage: (listener: (message: Message) => void) => void;
  /** Whether this browser has a login. Without it, every visit of a visitor would request a token in vain. */
  hint: { read: () => boolean; write: (isSignedIn: boolean) => void };
};

export function openLogin({ refresh, attempt, withLock, broadcast, onMessage, hint }: Browser) {
  let access: string | null = null;
  let userId: string | null = null;
  let impersonationToken: string | null = null;
  let state: State = hint.read() ? "signed-in" : "signed-out";
  let renewal: Promise<string | null> | null = null;
  const stateListeners = new Set<() => void>();
  const eventListeners = new Set<(event: LoginEvent) => void>();

  function setState(next: State, token: string | null): void {
    access = token;
    if (token !== null) userId = userIdOf(token);
    if (next === "signed-out") userId = null;
    if (next === state) return;
    state = next;
    impersonate(null);
  }

  function impersonate(token: string | null): void {
    impersonationToken = token;
    for (const listener of stateListeners) listener();
  }

  function emit(event: LoginEvent): void {
    for (const listener of eventListeners) listener(event);
  }

  /** Accepts a token unless it belongs to another user: the open page must not be submitted in their name. */
  function accept(token: string): boolean {
    if (userId !== null && userIdOf(token) !== userId) {
      setState("signed-out", null);
      emit("another-person");
      return false;
    }
    setState("signed-in", token);
    return true;
  }

  function renew(stale: string | null): Promise<string | null> {
    if (impersonationToken !== null && stale === impersonationToken) {
      impersonate(null);
      emit("another-person");
      return Promise.resolve(null);
    }
    renewal ??= withLock(async () => {
      if (state !== "signed-in") return null;
      return access !== null && access !== stale ? access : requestToken();
    }).finally(() => {
      renewal = null;
    });
    return renewal;
  }

  async function requestToken(): Promise<string | null> {
    // a response that never came may have had the next cookie: the same attempt gets it again
    const response = await refresh(attempt.get());
    if (response.status < 500 && response.status !== 429) attempt.end();
    if (response.ok) {
      const { access: renewed } = (await response.json()) as { access: string };
      broadcast({ kind: "signed-in", access: renewed });
      return accept(renewed) ? renewed : null;
    }
    if (response.status >= 500 || response.status === 429) throw await Problem.from(response);
    hint.write(false);
    // a login that ended before the page was opened makes the user a visitor, without a prompt
    setState(userId === null ? "signed-out" : "expired", null);
    return null;
  }

  onMessage((message) => {
    const before = state;
    if (message.kind === "signed-out") setState("signed-out", null);
    else if (!accept(message.access)) return;
    if (before !== state) emit(message.kind);
  });

  return {
    state: () => state,

    /** Calls back when the state changes. */
    subscribe(listener: () => void): () => void {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },

    /** Calls back when another tab changed the login. */
    onEvent(listener: (event: LoginEvent) => void): () => void {
      eventListeners.add(listener);
      return () => eventListeners.delete(listener);
    },

    /** Starts a login. Returns `false` if the page belonged to another user and has to be reloaded. */
    start(token: string): boolean {
      hint.write(true);
      broadcast({ kind: "signed-in", access: token });
      return accept(token);
    },

    /** Signs out with `revoke` while no tab renews. If `revoke` raises, the login stays as it was. */
    end(revoke: () => Promise<void>): Promise<void> {
      return withLock(async () => {
        await revoke();
        hint.write(false);
        setState("signed-out", null);
        broadcast({ kind: "signed-out" });
      });
    },

    /** Continues as a visitor after the login has expired. */
    continueAsGuest(): void {
      if (state === "expired") setState("signed-out", null);
    },

    /** The token with which a staff member views the site as another user, in this tab only. */
    impersonationToken: () => impersonationToken,

    /** Sends this token, which cannot be renewed, instead of the login's own; `null` ends that. */
    impersonate,

    /** The token to send, renewed if there is none yet; `null` for a visitor. */
    async token(): Promise<string | null> {
      return impersonationToken ?? (access !== null || state !== "signed-in" ? access : renew(null));
    },

    /** The token that replaces `stale`, or `null` when the login has ended; the user is then asked to sign in. */
    renew,
  };
}

/** The `sub` claim of an access token (RFC 7519); `null` if it has none. */
function userIdOf(token: string): string | null {
  try {
    const claims = token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    return String((JSON.parse(atob(claims)) as { sub: unknown }).sub);
  } catch {
    return null;
  }
}

const HINT = "marketplace.signed-in";
const ATTEMPT = "marketplace.renewal";

function currentBrowser(): Browser {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("marketplace.login");
  return {
    refresh: (attempt) =>
      fetch("/api/auth/refresh/", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ attempt }),
      }).catch(() => {
        throw Problem.offline();
      }),
    attempt: {
      get() {
        const fresh = crypto.randomUUID();
        try {
          const attempt = localStorage.getItem(ATTEMPT) ?? fresh;
          localStorage.setItem(ATTEMPT, attempt);
          return attempt;
        } catch {
          // storage is blocked: a page that is left while it renews loses the login
          return fresh;
        }
      },
      end() {
        try {
          localStorage.removeItem(ATTEMPT);
        } catch {}
      },
    },
    withLock: async (work) =>
      navigator.locks ? await navigator.locks.request("marketplace.renewal", work) : work(),
    broadcast: (message) => channel?.postMessage(message),
    onMessage: (listener) =>
      channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => listener(data)),
    hint: {
      read() {
        try {
          return localStorage.getItem(HINT) !== null;
        } catch {
          return false;
        }
      },
      write(isSignedIn) {
        try {
          if (isSignedIn) localStorage.setItem(HINT, "1");
          else localStorage.removeItem(HINT);
        } catch {
          // storage is blocked: a reload asks to sign in again
        }
      },
    },
  };
}

export const login = openLogin(currentBrowser());
