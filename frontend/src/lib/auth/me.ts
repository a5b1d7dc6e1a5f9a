import { queryOptions, useQuery } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";
import { queryKeys } from "~/lib/api/queryKeys";
import { loadOffsets } from "~/lib/time/offsets";
import { login } from "./login";

export type Me = Schema<"ProfileOut">;

export const meQuery = queryOptions({
  queryKey: queryKeys.me,
  queryFn: async (): Promise<Me | null> => {
    if ((await login.token()) !== null) {
      const me = await unwrap(api.GET("/api/auth/profile"));
      await loadOffsets(me.time_zone);
      return me;
    }
    // an expired login keeps its user, so that the open page stays
    return login.state() === "expired" ? (queryClient.getQueryData<Me>(queryKeys.me) ?? null) : null;
  },
  staleTime: 5 * 60_000,
});

/** The signed-in user: `null` for a visitor, `undefined` while loading. */
export function useMe(): Me | null | undefined {
  const state = useSyncExternalStore(login.subscribe, login.state);
  const { data } = useQuery(meQuery);
  return state === "signed-out" ? null : data;
}

/** Redirects visitors to sign in and back. For `beforeLoad`. */
export async function requireSignIn({ location }: { location: { href: string } }): Promise<Me> {
  const me = login.state() === "signed-out" ? null : await queryClient.ensureQueryData(meQuery);
  if (!me) throw redirect({ to: "/login", search: { next: location.href } });
  return me;
}

export function displayName(person: { first_name: string; last_name: string; username: string }): string {
  return `${person.first_name} ${person.last_name}`.trim() || person.username;
}

/** Where someone works: staff in the back office, creators with their sessions, learners in the catalog. */
export function homeOf({ is_staff, role }: Pick<Me, "is_staff" | "role">): string {
  return is_staff ? "/admin" : role === "creator" ? "/creator" : "/";
}

/** Redirects signed-in users away. For `beforeLoad`. */
export async function requireVisitor({ search }: { search: { next?: string } }): Promise<void> {
  if (login.state() !== "signed-in") return;
  const me = await queryClient.ensureQueryData(meQuery).catch(() => null);
  if (me) throw redirect({ href: search.next ?? homeOf(me) });
}

/** Stores a new login. If the page belonged to another user, it is reloaded instead. */
export function signIn(access: string, me: Me): void {
  if (!login.start(access)) return;
  queryClient.setQueryData(meQuery.queryKey, me);
  void refetchUserData();
}

/** Signs out. Raises `Problem` if the server cannot be reached; the login then stays valid. */
export async function signOut({ everywhere = false } = {}): Promise<void> {
  await login.end(async () => {
    try {
      await unwrap(api.POST("/api/auth/logout", { body: { everywhere } }));
    } catch (error) {
      // the cookie is already gone, so this login has ended; other logins may not have
      if (everywhere || !isProblem(error) || error.status !== 401) throw error;
    }
  });
  await clearUserData();
}

/** Removes everything cached for the user, and refetches what is visible. */
export async function clearUserData(): Promise<void> {
  await queryClient.cancelQueries();
  queryClient.setQueryData(meQuery.queryKey, null);
  queryClient.removeQueries({ type: "inactive", predicate: dependsOnUser });
  void refetchUserData();
}

/** Refetches everything that depends on the signed-in user. */
export async function refetchUserData(): Promise<void> {
  await queryClient.invalidateQueries({ predicate: dependsOnUser });
}

function dependsOnUser({ queryKey: [first] }: { queryKey: readonly unknown[] }): boolean {
  return ![queryKeys.me, queryKeys.marketplace, queryKeys.timeZones.all].some(([key]) => key === first);
}
