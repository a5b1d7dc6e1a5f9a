import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { i18n } from "~/lib/i18n";
import { browserZone } from "~/lib/time/zone";

export type Provider = Schema<"ProviderOut">;
export type Identity = Schema<"IdentityOut">;

/** The services to sign in with, and whether they answer. */
export const providersQuery = queryOptions({
  queryKey: queryKeys.providers,
  queryFn: () => unwrap(api.GET("/api/auth/oidc")),
  staleTime: 30_000,
});

/** The user's connected sign-ins. */
export const identitiesQuery = queryOptions({
  queryKey: queryKeys.identities,
  queryFn: () => unwrap(api.GET("/api/auth/identities")),
});

/** Leaves the page for a service, from where the browser comes back signed in. */
export async function leaveToSignIn(provider: Provider, next: string | undefined): Promise<void> {
  const { url } = await unwrap(
    api.POST("/api/auth/oidc/{provider}", {
      params: { path: { provider: provider.name } },
      body: {
        next: next ?? null,
        time_zone: browserZone(),
        locale: i18n.language,
      },
    }),
  );
  location.assign(url);
}

/** Leaves the page for a service that asks for the sign-in again, and comes back to it. */
export async function leaveToProve(provider: Provider): Promise<void> {
  const { url } = await unwrap(
    api.POST("/api/auth/oidc/{provider}/reauthenticate", {
      params: { path: { provider: provider.name } },
      body: { next: `${location.pathname}${location.search}` },
    }),
  );
  location.assign(url);
}

/** Leaves the page for a service, from where the browser comes back with it connected. */
export async function leaveToConnect(provider: Provider): Promise<void> {
  const { url } = await unwrap(
    api.POST("/api/auth/oidc/{provider}/connect", { params: { path: { provider: provider.name } } }),
  );
  location.assign(url);
}
