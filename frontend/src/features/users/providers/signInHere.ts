import { api, unwrap } from "~/lib/api/client";
import { type Me, signIn } from "~/lib/auth/me";
import { loadOffsets } from "~/lib/time/offsets";

/** Signs this page in by the cookie that came with the answer of a service. */
export async function signInByCookie(): Promise<Me> {
  const { access } = await unwrap(api.POST("/api/auth/refresh", { body: { attempt: crypto.randomUUID() } }));
  const headers = { Authorization: `Bearer ${access}` };
  return start(access, await unwrap(api.GET("/api/auth/profile", { headers })));
}

/** Takes the challenge that the answer of a service left for this browser. */
export function takeChallenge(): Promise<{ challenge: string }> {
  return unwrap(api.POST("/api/auth/oidc/second-factor"));
}

/** Signs in with the code of a second factor. */
export async function signInByCode(challenge: string, code: string): Promise<Me> {
  const { access, user } = await unwrap(
    api.POST("/api/auth/login/second-factor", { body: { challenge, code, use_cookie: true } }),
  );
  return start(access, user);
}

async function start(access: string, me: Me): Promise<Me> {
  await loadOffsets(me.time_zone);
  signIn(access, me);
  return me;
}
