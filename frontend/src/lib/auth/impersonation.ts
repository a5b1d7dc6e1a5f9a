import { router } from "~/app/router";
import { answered, api, type Schema } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { login } from "./login";
import { forget, meQuery, refresh } from "./me";

type Person = Schema<"AccountOut">;
export type Guise = { token: string; person: Person; until: string };

let worn: Guise | null = null;

/** As whom the site is seen in this tab, and until when. */
export function wornGuise(): Guise | null {
  return worn;
}

/** Shows this tab as another person sees it. One's own login stays as it is, here and in the other tabs. */
export async function beginGuise(id: string, reason: string): Promise<void> {
  const { access, user, expires_at } = await answered(
    api.POST("/api/admin/users/{user_id}/impersonate", {
      params: { path: { user_id: id } },
      body: { reason },
    }),
  );
  // first away from the pages of the staff, which that person cannot see
  await router.navigate({ to: "/" });
  worn = { token: access, person: user, until: expires_at };
  login.wear(access);
  await changePerson();
}

/** Back to oneself. The server is told, if it can be; without that the token soon ends by itself. */
export async function endGuise(): Promise<void> {
  const ended = worn;
  worn = null;
  if (ended) void tellEnd(ended);
  login.wear(null);
  // nothing typed as somebody else can be saved
  await router.navigate({ to: "/", ignoreBlocker: true });
  await changePerson();
  if (ended) await router.navigate({ to: "/admin/users/$id", params: { id: ended.person.id } });
}

/** Without the cookie, which is that of one's own login. */
export async function tellEnd({ token }: Guise): Promise<void> {
  await fetch("/api/auth/logout/", {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    credentials: "omit",
    keepalive: true,
  }).catch(() => undefined);
}

async function changePerson(): Promise<void> {
  await forget();
  await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
  router.clearCache();
  await router.invalidate();
  await refresh();
}
