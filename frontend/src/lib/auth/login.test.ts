import { describe, expect, it } from "vitest";
import { isProblem, Problem } from "~/lib/api/problem";
import { type Browser, type LoginEvent, openLogin } from "./login";

const ADA = "ada";
const BOB = "bob";

function tokenOf(person: string, number = 1): string {
  return ["{}", JSON.stringify({ sub: person, jti: number }), "signature"]
    .map((part) => btoa(part))
    .join(".");
}

/** A browser whose tabs share a cookie, and a server that keeps its login. */
function browser(cookie: string | null = null) {
  const server = {
    cookie,
    refreshes: 0,
    attempts: [] as string[],
    answer: null as (() => Promise<Response>) | null,
  };
  let attempt = 0;
  let isUnderWay = false;
  const allListeners: ((message: unknown) => void)[] = [];
  let hint = cookie !== null;
  let last: Promise<unknown> = Promise.resolve();

  async function refresh(attempt: string): Promise<Response> {
    server.refreshes += 1;
    server.attempts.push(attempt);
    if (server.answer) return server.answer();
    const person = server.cookie;
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (person === null) return new Response("{}", { status: 401 });
    return Response.json({ access: tokenOf(person, 100 + server.refreshes) });
  }

  function tab() {
    const ownListeners: ((message: unknown) => void)[] = [];
    const events: LoginEvent[] = [];
    const browser: Browser = {
      refresh,
      attempt: {
        get() {
          if (!isUnderWay) attempt += 1;
          isUnderWay = true;
          return String(attempt);
        },
        end: () => {
          isUnderWay = false;
        },
      },
      withLock(work) {
        const done = last.then(work);
        last = done.catch(() => undefined);
        return done;
      },
      broadcast: (message) =>
        allListeners.filter((one) => !ownListeners.includes(one)).forEach((one) => void one(message)),
      onMessage(callback) {
        const listener = callback as (message: unknown) => void;
        ownListeners.push(listener);
        allListeners.push(listener);
      },
      hint: {
        read: () => hint,
        write: (isSignedIn) => {
          hint = isSignedIn;
        },
      },
    };
    const login = openLogin(browser);
    login.onEvent((event) => events.push(event));
    return { login, events };
  }

  return { server, tab };
}

describe("a visitor", () => {
  it("has no token, and the server is not asked for one", async () => {
    const { server, tab } = browser();
    const { login } = tab();
    expect(await login.token()).toBeNull();
    expect(login.state()).toBe("signed-out");
    expect(server.refreshes).toBe(0);
  });

  it("is not prompted to sign in when an old login has ended", async () => {
    const { server, tab } = browser(ADA);
    server.cookie = null;
    const { login } = tab();
    expect(await login.token()).toBeNull();
    expect(login.state()).toBe("signed-out");
    expect(tab().login.state()).toBe("signed-out");
  });
});

describe("token renewal", () => {
  it("happens once for concurrent requests", async () => {
    const { server, tab } = browser(ADA);
    const { login } = tab();
    const tokens = await Promise.all([login.token(), login.token(), login.renew(null)]);
    expect(new Set(tokens)).toEqual(new Set([tokenOf(ADA, 101)]));
    expect(server.refreshes).toBe(1);
  });

  it("happens in one tab and is shared with the others", async () => {
    const { server, tab } = browser(ADA);
    const [one, other] = [tab().login, tab().login];
    one.start(tokenOf(ADA));
    const stale = tokenOf(ADA);
    const renewed = await Promise.all([one.renew(stale), other.renew(stale)]);
    expect(renewed[0]).toBe(renewed[1]);
    expect(server.refreshes).toBe(1);
  });

  it("keeps the login while the server is busy or offline", async () => {
    const { server, tab } = browser(ADA);
    const { login } = tab();
    server.answer = async () => Response.json({ code: "busy" }, { status: 503 });
    await expect(login.token()).rejects.toSatisfy((error) => isProblem(error, "busy"));
    server.answer = () => Promise.reject(Problem.offline());
    await expect(login.token()).rejects.toSatisfy((error) => isProblem(error, "offline"));
    server.answer = null;
    expect(login.state()).toBe("signed-in");
    expect(await login.token()).toBe(tokenOf(ADA, 103));
  });

  it("is tried again as the same attempt after a response that was lost", async () => {
    const { server, tab } = browser(ADA);
    const { login } = tab();
    server.answer = () => Promise.reject(Problem.offline());
    await expect(login.token()).rejects.toThrow();
    server.answer = async () => Response.json({}, { status: 503 });
    await expect(tab().login.token()).rejects.toThrow();
    server.answer = null;
    const token = await tab().login.token();
    await tab().login.renew(token);
    expect(server.attempts).toEqual(["1", "1", "1", "2"]);
  });

  it("expires the login when the server refuses it", async () => {
    const { server, tab } = browser(ADA);
    const { login, events } = tab();
    const first = await login.token();
    server.cookie = null;
    expect(await login.renew(first)).toBeNull();
    expect(login.state()).toBe("expired");
    expect(await login.token()).toBeNull();
    expect(events).toEqual([]);
  });
});

describe("other tabs", () => {
  it("are signed in together", async () => {
    const { tab } = browser();
    const [here, there] = [tab(), tab()];
    here.login.start(tokenOf(ADA));
    expect(there.login.state()).toBe("signed-in");
    expect(await there.login.token()).toBe(tokenOf(ADA));
    expect(there.events).toEqual(["signed-in"]);
    expect(here.events).toEqual([]);
  });

  it("are signed out together, and a pending renewal does not restore the login", async () => {
    const { server, tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    const token = await there.login.token();
    const end = here.login.end(async () => {
      server.cookie = null;
    });
    const renewal = there.login.renew(token);
    await end;
    expect(await renewal).toBeNull();
    expect(there.login.state()).toBe("signed-out");
    expect(there.events).toEqual(["signed-out"]);
    expect(server.refreshes).toBe(1);
  });

  it("stay signed in when signing out fails", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    await here.login.token();
    await expect(here.login.end(() => Promise.reject(Problem.offline()))).rejects.toThrow();
    expect([here.login.state(), there.login.state()]).toEqual(["signed-in", "signed-in"]);
  });

  it("continue when the same user signs in again in one of them", async () => {
    const { server, tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    const token = await here.login.token();
    server.cookie = null;
    await here.login.renew(token);
    await there.login.renew(token);
    here.login.start(tokenOf(ADA, 7));
    expect(await there.login.token()).toBe(tokenOf(ADA, 7));
    expect(there.events).toEqual(["signed-in"]);
  });

  it("never send requests as another user", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    await there.login.token();
    here.login.start(tokenOf(BOB));
    expect(there.events).toContain("another-person");
    expect(await there.login.token()).toBeNull();
  });

  it("detect another user at the next renewal", async () => {
    const { server, tab } = browser(ADA);
    const { login, events } = tab();
    const token = await login.token();
    server.cookie = BOB;
    expect(await login.renew(token)).toBeNull();
    expect(events).toEqual(["another-person"]);
  });
});

describe("an expired login", () => {
  async function expired() {
    const { server, tab } = browser(ADA);
    const { login, events } = tab();
    const token = await login.token();
    server.cookie = null;
    await login.renew(token);
    return { login, events };
  }

  it("is resumed by the same user", async () => {
    const { login } = await expired();
    expect(login.start(tokenOf(ADA, 9))).toBe(true);
    expect(await login.token()).toBe(tokenOf(ADA, 9));
  });

  it("requires a reload for another user", async () => {
    const { login, events } = await expired();
    expect(login.start(tokenOf(BOB))).toBe(false);
    expect(events).toEqual(["another-person"]);
  });

  it("can be continued as a guest", async () => {
    const { login } = await expired();
    login.continueAsGuest();
    expect(login.state()).toBe("signed-out");
    expect(login.start(tokenOf(BOB))).toBe(true);
  });
});

describe("an impersonation", () => {
  it("applies to one tab only", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab().login, tab().login];
    const own = await here.token();
    here.impersonate(tokenOf(BOB));
    expect(await here.token()).toBe(tokenOf(BOB));
    expect(await there.token()).toBe(own);
    here.impersonate(null);
    expect(await here.token()).toBe(own);
  });

  it("survives a renewal in another tab", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    const own = await here.login.token();
    here.login.impersonate(tokenOf(BOB));
    await there.login.renew(own);
    expect(await here.login.token()).toBe(tokenOf(BOB));
    expect(here.events).toEqual([]);
  });

  it("ends when the server refuses its token, without a renewal", async () => {
    const { server, tab } = browser(ADA);
    const { login, events } = tab();
    const own = await login.token();
    login.impersonate(tokenOf(BOB));
    expect(await login.renew(tokenOf(BOB))).toBeNull();
    expect(login.impersonationToken()).toBeNull();
    expect(events).toEqual(["another-person"]);
    expect(await login.token()).toBe(own);
    expect(server.refreshes).toBe(1);
  });

  it("ends with the staff member's own login", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    await here.login.token();
    here.login.impersonate(tokenOf(BOB));
    await there.login.end(async () => undefined);
    expect(here.login.impersonationToken()).toBeNull();
    expect(await here.login.token()).toBeNull();
  });
});
