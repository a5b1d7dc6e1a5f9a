import type { RegisteredRouter } from "@tanstack/react-router";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { login } from "./login";
import { clearUserData, meQuery, refetchUserData } from "./me";

type Person = Schema<"AccountOut">;
export type Impersonation = { token: string; person: Person; until: string };

let current: Impersonation | null = null;

/** Whom this tab impersonates, and until when. */
export function currentImpersonation(): Impersonation | null {
  return current;
}

/** Impersonates a user in this tab. The staff member stays signed in, here and in other tabs. */
export async function startImpersonation(
  router: RegisteredRouter,
  userId: string,
  reason: string,
): Promise<void> {
  const { access, user, expires_at } = await unwrap(
    api.POST("/api/admin/users/{user_id}/impersonate", {
      params: { path: { user_id: userId } },
      body: { reason },
    }),
  );
  // leave the back office first: that user cannot see it
  await router.navigate({ to: "/" });
  current = { token: access, person: user, until: expires_at };
  login.impersonate(access);
  await reloadAsCurrentUser(router);
}

/** Ends the impersonation. The server is notified if it can be reached; otherwise the token soon expires. */
export async function endImpersonation(router: RegisteredRouter): Promise<void> {
  const ended = current;
  current = null;
  if (ended) void notifyEnd(ended);
  login.impersonate(null);
  // unsaved changes of the other user cannot be saved any more
  await router.navigate({ to: "/", ignoreBlocker: true });
  await reloadAsCurrentUser(router);
  if (ended) await router.navigate({ to: "/admin/users/$id", params: { id: ended.person.id } });
}

/** Revokes the token. Sent without the cookie, which belongs to the staff member's own login. */
export async function notifyEnd({ token }: Impersonation): Promise<void> {
  await fetch("/api/auth/logout/", {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    credentials: "omit",
    keepalive: true,
  }).catch(() => undefined);
}

async function reloadAsCurrentUser(router: RegisteredRouter): Promise<void> {
  await clearUserData();
  await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
  router.clearCache();
  await router.invalidate();
  await refetchUserData();
}
