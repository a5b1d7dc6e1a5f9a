import { answered, api, type Schema } from "~/api/client";
import { browserZone } from "~/components/zone";
import { enter, type Me } from "./me";

/** Makes an account, signs in, and reads times in the browser's zone from then on. */
export async function register(registration: Schema<"RegistrationIn">): Promise<Me> {
  await answered(api.POST("/api/auth/register", { body: registration }));
  const { email, password } = registration;
  const { access, user } = await answered(
    api.POST("/api/auth/login", { body: { email, password, use_cookie: true } }),
  );
  await enter(access, user);
  const me = await answered(api.PATCH("/api/auth/profile", { body: { time_zone: browserZone() } })).catch(
    () => user,
  );
  await enter(access, me);
  return me;
}
