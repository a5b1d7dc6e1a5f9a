/**
 * Who is signed in, in this tab and in the others.
 *
 * The access token lives in memory only. The refresh token is a cookie that no script can read. Tabs renew one at a
 * time, since two at once would send the same refresh token twice, which counts as theft and ends the login.
 */
import { Problem } from "./problem";

type State = "signed-out" | "signed-in" | "expired";
type Told = { kind: "renewed"; access: string } | { kind: "signed-out" };

const HINT = "marketplace.signed-in";
const LOCK = "marketplace.renewal";
const REFRESH = "/api/auth/refresh/";

let access: string | null = null;
let state: State = hasHint() ? "signed-in" : "signed-out";
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("marketplace.login");

/** Without the hint a visitor's browser would ask for a token that it cannot have, on every visit. */
function hasHint(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return false;
  }
}

function keepHint(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(HINT, "1");
    else localStorage.removeItem(HINT);
  } catch {
    // where storage is forbidden, a reload asks to sign in again
  }
}

function become(next: State, token: string | null): void {
  access = token;
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

channel?.addEventListener("message", ({ data }: MessageEvent<Told>) => {
  if (data.kind === "renewed") become("signed-in", data.access);
  else become("signed-out", null);
});

export const login = {
  state: (): State => state,

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  begin(token: string): void {
    keepHint(true);
    become("signed-in", token);
    channel?.postMessage({ kind: "renewed", access: token } satisfies Told);
  },

  end(): void {
    keepHint(false);
    become("signed-out", null);
    channel?.postMessage({ kind: "signed-out" } satisfies Told);
  },

  /** The token to send, renewed when there is none yet; `null` for a visitor. */
  async token(): Promise<string | null> {
    if (access !== null || state !== "signed-in") return access;
    return renew(null);
  },

  /** The token after `stale`, or `null` when the login has ended; the person is then asked to sign in. */
  renew,
};

let underWay: Promise<string | null> | null = null;

function renew(stale: string | null): Promise<string | null> {
  underWay ??= alone(async () => {
    if (access !== null && access !== stale) return access;
    return ask();
  }).finally(() => {
    underWay = null;
  });
  return underWay;
}

async function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? await navigator.locks.request(LOCK, work) : work();
}

async function ask(): Promise<string | null> {
  const response = await fetch(REFRESH, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  }).catch(() => {
    throw Problem.offline();
  });
  if (response.ok) {
    const { access: renewed } = (await response.json()) as { access: string };
    become("signed-in", renewed);
    channel?.postMessage({ kind: "renewed", access: renewed } satisfies Told);
    return renewed;
  }
  if (response.status >= 500 || response.status === 429) throw await Problem.from(response);
  keepHint(false);
  become("expired", null);
  return null;
}
