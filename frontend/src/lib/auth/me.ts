import { queryOptions, useQuery } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";
import { queryKeys } from "~/lib/api/queryKeys";
import { login } from "./login";

export type Me = Schema<"ProfileOut">;

export const meQuery = queryOptions({
  queryKey: queryKeys.me,
  queryFn: async (): Promise<Me | null> => {
    if ((await login.token()) !== null) return unwrap(api.GET("/api/auth/profile"));
    // who has to sign in again is still the same person, with the same page before them
    return login.state() === "expired" ? (queryClient.getQueryData<Me>(queryKeys.me) ?? null) : null;
  },
  staleTime: 5 * 60_000,
});

/** The person who is signed in: `null` for a visitor, `undefined` until that is known. */
export function useMe(): Me | null | undefined {
  const state = useSyncExternalStore(login.subscribe, login.state);
  const { data } = useQuery(meQuery);
  return state === "signed-out" ? null : data;
}

/** Lets only the signed-in pass; others are asked to sign in and come back. For `beforeLoad`. */
export async function requireSignIn({ location }: { location: { href: string } }): Promise<Me> {
  const me = login.state() === "signed-out" ? null : await queryClient.ensureQueryData(meQuery);
  if (!me) throw redirect({ to: "/login", search: { next: location.href } });
  return me;
}

export function displayName(person: { first_name: string; last_name: string; username: string }): string {
  return `${person.first_name} ${person.last_name}`.trim() || person.username;
}

/** Lets only visitors pass; who is signed in already is sent on. For `beforeLoad`. */
export async function requireVisitor({ search }: { search: { next?: string } }): Promise<void> {
  if (login.state() !== "signed-in") return;
  const me = await queryClient.ensureQueryData(meQuery).catch(() => null);
  if (me) throw redirect({ href: search.next ?? "/" });
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
      // without a cookie there is nothing left to end here; of other logins nothing is known
      if (everywhere || !isProblem(error) || error.status !== 401) throw error;
    }
  });
  await clearUserData();
}

/** Nothing that a person saw may stay behind them. What is on the screen is asked for again. */
export async function clearUserData(): Promise<void> {
  await queryClient.cancelQueries();
  queryClient.setQueryData(meQuery.queryKey, null);
  queryClient.removeQueries({ type: "inactive", predicate: dependsOnUser });
  void refetchUserData();
}

/** Asks again for all that depends on who is signed in. */
export async function refetchUserData(): Promise<void> {
  await queryClient.invalidateQueries({ predicate: dependsOnUser });
}

function dependsOnUser({ queryKey: [first] }: { queryKey: readonly unknown[] }): boolean {
  return first !== queryKeys.me[0] && first !== queryKeys.marketplace[0];
}
