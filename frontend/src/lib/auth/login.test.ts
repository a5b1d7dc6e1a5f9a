import { describe, expect, it } from "vitest";
import { isProblem, Problem } from "~/lib/api/problem";
import { type News, openLogin, type Surroundings } from "./login";

const ADA = "ada";
const BOB = "bob";

function tokenOf(person: string, number = 1): string {
  return ["{}", JSON.stringify({ sub: person, jti: number }), "signature"]
    .map((part) => btoa(part))
    .join(".");
}

/** A browser with tabs, and a server that keeps one login for the cookie that they share. */
function browser(cookie: string | null = null) {
  const server = { cookie, asked: 0, answer: null as (() => Promise<Response>) | null };
  const ears: ((told: unknown) => void)[] = [];
  let hint = cookie !== null;
  let last: Promise<unknown> = Promise.resolve();

  async function refresh(): Promise<Response> {
    server.asked += 1;
    if (server.answer) return server.answer();
    const person = server.cookie;
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (person === null) return new Response("{}", { status: 401 });
    return Response.json({ access: tokenOf(person, 100 + server.asked) });
  }

  function tab() {
    const own: ((told: unknown) => void)[] = [];
    const news: News[] = [];
    const surroundings: Surroundings = {
      refresh,
      alone(work) {
        const done = last.then(work);
        last = done.catch(() => undefined);
        return done;
      },
      tell: (told) => ears.filter((ear) => !own.includes(ear)).forEach((ear) => void ear(told)),
      hear(listener) {
        const ear = listener as (told: unknown) => void;
        own.push(ear);
        ears.push(ear);
      },
      hint: {
        read: () => hint,
        write: (isSignedIn) => {
          hint = isSignedIn;
        },
      },
    };
    const login = openLogin(surroundings);
    login.onNews((one) => news.push(one));
    return { login, news };
  }

  return { server, tab };
}

describe("a visitor", () => {
  it("has no token, and the server is not asked for one", async () => {
    const { server, tab } = browser();
    const { login } = tab();
    expect(await login.token()).toBeNull();
    expect(login.state()).toBe("signed-out");
    expect(server.asked).toBe(0);
  });

  it("is what one becomes, undisturbed, who comes back after the login has ended", async () => {
    const { server, tab } = browser(ADA);
    server.cookie = null;
    const { login } = tab();
    expect(await login.token()).toBeNull();
    expect(login.state()).toBe("signed-out");
    expect(tab().login.state()).toBe("signed-out");
  });
});

describe("renewing", () => {
  it("happens once for all that ask at the same time", async () => {
    const { server, tab } = browser(ADA);
    const { login } = tab();
    const tokens = await Promise.all([login.token(), login.token(), login.renew(null)]);
    expect(new Set(tokens)).toEqual(new Set([tokenOf(ADA, 101)]));
    expect(server.asked).toBe(1);
  });

  it("happens in one tab, and the others take what it got", async () => {
    const { server, tab } = browser(ADA);
    const [one, other] = [tab().login, tab().login];
    one.begin(tokenOf(ADA));
    const stale = tokenOf(ADA);
    const renewed = await Promise.all([one.renew(stale), other.renew(stale)]);
    expect(renewed[0]).toBe(renewed[1]);
    expect(server.asked).toBe(1);
  });

  it("keeps the login while the server is busy or out of reach", async () => {
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

  it("asks to sign in again when the login has ended", async () => {
    const { server, tab } = browser(ADA);
    const { login, news } = tab();
    const first = await login.token();
    server.cookie = null;
    expect(await login.renew(first)).toBeNull();
    expect(login.state()).toBe("expired");
    expect(await login.token()).toBeNull();
    expect(news).toEqual([]);
  });
});

describe("other tabs", () => {
  it("are signed in together", async () => {
    const { tab } = browser();
    const [here, there] = [tab(), tab()];
    here.login.begin(tokenOf(ADA));
    expect(there.login.state()).toBe("signed-in");
    expect(await there.login.token()).toBe(tokenOf(ADA));
    expect(there.news).toEqual(["signed-in"]);
    expect(here.news).toEqual([]);
  });

  it("are signed out together, and no renewal brings the login back", async () => {
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
    expect(there.news).toEqual(["signed-out"]);
    expect(server.asked).toBe(1);
  });

  it("stay signed in when the server could not be told of a sign-out", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    await here.login.token();
    await expect(here.login.end(() => Promise.reject(Problem.offline()))).rejects.toThrow();
    expect([here.login.state(), there.login.state()]).toEqual(["signed-in", "signed-in"]);
  });

  it("go on when the same person signs in again in one of them", async () => {
    const { server, tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    const token = await here.login.token();
    server.cookie = null;
    await here.login.renew(token);
    await there.login.renew(token);
    here.login.begin(tokenOf(ADA, 7));
    expect(await there.login.token()).toBe(tokenOf(ADA, 7));
    expect(there.news).toEqual(["signed-in"]);
  });

  it("never send in another person's name", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    await there.login.token();
    here.login.begin(tokenOf(BOB));
    expect(there.news).toContain("another-person");
    expect(await there.login.token()).toBeNull();
  });

  it("notice another person also when they missed the sign-in", async () => {
    const { server, tab } = browser(ADA);
    const { login, news } = tab();
    const token = await login.token();
    server.cookie = BOB;
    expect(await login.renew(token)).toBeNull();
    expect(news).toEqual(["another-person"]);
  });
});

describe("who has to sign in again", () => {
  async function expired() {
    const { server, tab } = browser(ADA);
    const { login, news } = tab();
    const token = await login.token();
    server.cookie = null;
    await login.renew(token);
    return { login, news };
  }

  it("goes on as the same person", async () => {
    const { login } = await expired();
    expect(login.begin(tokenOf(ADA, 9))).toBe(true);
    expect(await login.token()).toBe(tokenOf(ADA, 9));
  });

  it("is told to load the page anew as another", async () => {
    const { login, news } = await expired();
    expect(login.begin(tokenOf(BOB))).toBe(false);
    expect(news).toEqual(["another-person"]);
  });

  it("may go on as a visitor", async () => {
    const { login } = await expired();
    login.forgo();
    expect(login.state()).toBe("signed-out");
    expect(login.begin(tokenOf(BOB))).toBe(true);
  });
});

describe("who sees the site as another person", () => {
  it("sends that token in this tab alone, and their own in the others", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab().login, tab().login];
    const own = await here.token();
    here.wear(tokenOf(BOB));
    expect(await here.token()).toBe(tokenOf(BOB));
    expect(await there.token()).toBe(own);
    here.wear(null);
    expect(await here.token()).toBe(own);
  });

  it("keeps it while their own login is renewed in another tab", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    const own = await here.login.token();
    here.login.wear(tokenOf(BOB));
    await there.login.renew(own);
    expect(await here.login.token()).toBe(tokenOf(BOB));
    expect(here.news).toEqual([]);
  });

  it("is themself again when it has ended at the server, and renews nothing in that name", async () => {
    const { server, tab } = browser(ADA);
    const { login, news } = tab();
    const own = await login.token();
    login.wear(tokenOf(BOB));
    expect(await login.renew(tokenOf(BOB))).toBeNull();
    expect(login.guise()).toBeNull();
    expect(news).toEqual(["another-person"]);
    expect(await login.token()).toBe(own);
    expect(server.asked).toBe(1);
  });

  it("loses it with their own login", async () => {
    const { tab } = browser(ADA);
    const [here, there] = [tab(), tab()];
    await here.login.token();
    here.login.wear(tokenOf(BOB));
    await there.login.end(async () => undefined);
    expect(here.login.guise()).toBeNull();
    expect(await here.login.token()).toBeNull();
  });
});
