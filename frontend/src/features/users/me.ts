import { queryOptions, useQuery } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { answered, api, type Schema } from "~/api/client";
import { login } from "~/api/login";
import { queryClient } from "~/app/query";

export type Me = Schema<"ProfileOut">;

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me | null> => {
    if ((await login.token()) === null) return null;
    return answered(api.GET("/api/auth/profile"));
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
export async function needSignIn({ location }: { location: { href: string } }): Promise<Me> {
  const me = login.state() === "signed-out" ? null : await queryClient.ensureQueryData(meQuery);
  if (!me) throw redirect({ to: "/login", search: { next: location.href } });
  return me;
}

export function displayName(person: { first_name: string; last_name: string; username: string }): string {
  return `${person.first_name} ${person.last_name}`.trim() || person.username;
}

/** After signing in, as whom: nothing that another person saw may stay. */
export async function enter(access: string, me: Me): Promise<void> {
  const before = queryClient.getQueryData(meQuery.queryKey);
  if (before && before.id !== me.id) queryClient.clear();
  login.begin(access);
  queryClient.setQueryData(meQuery.queryKey, me);
  await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
}

/** Signs out. Raises `Problem` when the server could not be told: then the login still lives. */
export async function leave({ everywhere = false } = {}): Promise<void> {
  await answered(api.POST("/api/auth/logout", { body: { everywhere } }));
  login.end();
  queryClient.clear();
}
