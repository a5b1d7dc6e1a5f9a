/**
 * Who is signed in, in this tab and in the others.
 *
 * The access token lives in memory only. The refresh token is a cookie that no script can read. Tabs renew one at a
 * time, since two at once would send the same refresh token twice, which counts as theft and ends the login.
 */
import { Problem } from "~/lib/api/problem";

/** `expired`: somebody was signed in on this page, and has to sign in again to go on. */
export type State = "signed-out" | "signed-in" | "expired";

/** What happened without this tab's doing. `another-person`: what it shows belongs to somebody else now. */
export type News = "signed-in" | "signed-out" | "another-person";

type Told = { kind: "signed-in"; access: string } | { kind: "signed-out" };

/** What a login needs of its browser. */
export type Surroundings = {
  /** Sends the refresh token. Raises `Problem` when the server cannot be reached. */
  refresh: () => Promise<Response>;
  /** Runs one work at a time, in all tabs together. */
  alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** To the other tabs. */
  tell: (told: Told) => void;
  /** From the other tabs. */
  hear: (listener: (told: Told) => void) => void;
  /** Without the hint a visitor's browser would ask for a token that it cannot have, on every visit. */
  hint: { read: () => boolean; write: (isSignedIn: boolean) => void };
};

export function openLogin({ refresh, alone, tell, hear, hint }: Surroundings) {
  let access: string | null = null;
  let person: string | null = null;
  let guise: string | null = null;
  let state: State = hint.read() ? "signed-in" : "signed-out";
  let underWay: Promise<string | null> | null = null;
  const watchers = new Set<() => void>();
  const readers = new Set<(news: News) => void>();

  function become(next: State, token: string | null): void {
    access = token;
    if (token !== null) person = personOf(token);
    if (next === "signed-out") person = null;
    if (next === state) return;
    state = next;
    wear(null);
  }

  function wear(token: string | null): void {
    guise = token;
    for (const watcher of watchers) watcher();
  }

  function report(news: News): void {
    for (const reader of readers) reader(news);
  }

  /** Takes a token, unless it is another person's: what is on the page must not be sent in their name. */
  function accept(token: string): boolean {
    if (person !== null && personOf(token) !== person) {
      become("signed-out", null);
      report("another-person");
      return false;
    }
    become("signed-in", token);
    return true;
  }

  function renew(stale: string | null): Promise<string | null> {
    if (guise !== null && stale === guise) {
      wear(null);
      report("another-person");
      return Promise.resolve(null);
    }
    underWay ??= alone(async () => {
      if (state !== "signed-in") return null;
      return access !== null && access !== stale ? access : ask();
    }).finally(() => {
      underWay = null;
    });
    return underWay;
  }

  async function ask(): Promise<string | null> {
    const response = await refresh();
    if (response.ok) {
      const { access: renewed } = (await response.json()) as { access: string };
      tell({ kind: "signed-in", access: renewed });
      return accept(renewed) ? renewed : null;
    }
    if (response.status >= 500 || response.status === 429) throw await Problem.from(response);
    hint.write(false);
    // who came with a login that had ended long before is a visitor, and is not disturbed
    become(person === null ? "signed-out" : "expired", null);
    return null;
  }

  hear((told) => {
    const before = state;
    if (told.kind === "signed-out") become("signed-out", null);
    else if (!accept(told.access)) return;
    if (before !== state) report(told.kind);
  });

  return {
    state: () => state,

    /** Calls when the state has changed. */
    subscribe(watcher: () => void): () => void {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },

    /** Calls when something happened without this tab's doing. */
    onNews(reader: (news: News) => void): () => void {
      readers.add(reader);
      return () => readers.delete(reader);
    },

    /** After signing in. `false` when this page was another person's: then it has to be loaded anew. */
    begin(token: string): boolean {
      hint.write(true);
      tell({ kind: "signed-in", access: token });
      return accept(token);
    },

    /** Signs out by `atServer`, while no tab renews: what raises there leaves the login as it was. */
    end(atServer: () => Promise<void>): Promise<void> {
      return alone(async () => {
        await atServer();
        hint.write(false);
        become("signed-out", null);
        tell({ kind: "signed-out" });
      });
    },

    /** A person whose login has ended goes on as a visitor. */
    forgo(): void {
      if (state === "expired") become("signed-out", null);
    },

    /** The token by which somebody of the staff sees the site as another person, in this tab alone. */
    guise: () => guise,

    /** Sends this token, which nobody can renew, in place of one's own; `null`: one's own again. */
    wear,

    /** The token to send, renewed when there is none yet; `null` for a visitor. */
    async token(): Promise<string | null> {
      return guise ?? (access !== null || state !== "signed-in" ? access : renew(null));
    },

    /** The token after `stale`, or `null` when the login has ended; the person is then asked to sign in. */
    renew,
  };
}

/** Whose an access token is (RFC 7519, `sub`); `null` when it does not say. */
function personOf(token: string): string | null {
  try {
    const claims = token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    return String((JSON.parse(atob(claims)) as { sub: unknown }).sub);
  } catch {
    return null;
  }
}

const HINT = "marketplace.signed-in";

function thisBrowser(): Surroundings {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("marketplace.login");
  return {
    refresh: () =>
      fetch("/api/auth/refresh/", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      }).catch(() => {
        throw Problem.offline();
      }),
    alone: async (work) =>
      navigator.locks ? await navigator.locks.request("marketplace.renewal", work) : work(),
    tell: (told) => channel?.postMessage(told),
    hear: (listener) =>
      channel?.addEventListener("message", ({ data }: MessageEvent<Told>) => listener(data)),
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
          // where storage is forbidden, a reload asks to sign in again
        }
      },
    },
  };
}

export const login = openLogin(thisBrowser());
