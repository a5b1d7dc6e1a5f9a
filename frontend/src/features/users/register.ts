import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { type Me, meQuery, signIn } from "~/lib/auth/me";
import { browserZone } from "~/lib/time/zone";

/**
 * Creates an account, signs in and sets the browser's time zone. Returns `null` if the account was created but signing
 * in failed: registering again would be refused.
 */
export async function register(registration: Schema<"RegistrationIn">): Promise<Me | null> {
  await unwrap(api.POST("/api/auth/register", { body: registration }));
  const { email, password } = registration;
  const session = await unwrap(
    api.POST("/api/auth/login", { body: { email, password, use_cookie: true } }),
  ).catch(() => null);
  if (!session) return null;
  signIn(session.access, session.user);
  const me = await unwrap(api.PATCH("/api/auth/profile", { body: { time_zone: browserZone() } })).catch(
    () => session.user,
  );
  queryClient.setQueryData(meQuery.queryKey, me);
  return me;
}
