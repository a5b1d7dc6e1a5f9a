import { api, type Schema, unwrap } from "~/lib/api/client";
import { type Me, signIn } from "~/lib/auth/me";
import { loadOffsets } from "~/lib/time/offsets";
import { browserZone } from "~/lib/time/zone";

/**
 * Creates an account in the browser's time zone, and signs in. Returns `null` if the account was created but signing
 * in failed: registering again would be refused.
 */
export async function register(registration: Schema<"RegistrationIn">): Promise<Me | null> {
  const time_zone = browserZone();
  await unwrap(api.POST("/api/auth/register", { body: { ...registration, time_zone } }));
  const { email, password } = registration;
  const session = await unwrap(
    api.POST("/api/auth/login", { body: { email, password, use_cookie: true } }),
  ).catch(() => null);
  if (!session) return null;
  await loadOffsets(time_zone);
  signIn(session.access, session.user);
  return session.user;
}
