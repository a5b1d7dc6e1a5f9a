import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";

export type ApiKey = Schema<"ApiKeyOut">;
export type NewApiKey = Schema<"NewApiKeyOut">;
export type KeyScope = Schema<"ApiKeyScope">;

/** In the order to show. `sessions:write` is of use to creators only. */
export const SCOPES: KeyScope[] = ["read", "bookings:write", "sessions:write", "profile:write"];
/** The name of a scope among the texts. */
export const SCOPE_TEXT = {
  read: "read",
  "bookings:write": "bookings",
  "sessions:write": "sessions",
  "profile:write": "profile",
} as const satisfies Record<KeyScope, string>;
export const LIFETIMES = [30, 90, 180, 365];
const DAY_MS = 86_400_000;

export const keysQuery = queryOptions({
  queryKey: queryKeys.apiKeys,
  queryFn: () => unwrap(api.GET("/api/auth/api-keys")),
});

export function createKey(name: string, scopes: KeyScope[], days: number): Promise<NewApiKey> {
  const expires_at = new Date(Date.now() + days * DAY_MS).toISOString();
  return unwrap(api.POST("/api/auth/api-keys", { body: { name, scopes, expires_at } }));
}

export function revokeKey(id: string) {
  return unwrap(api.DELETE("/api/auth/api-keys/{key_id}", { params: { path: { key_id: id } } }));
}

/** Whether a key can't be used anymore, and why. */
export function endOf(key: ApiKey, now: Date): "revoked" | "expired" | null {
  if (key.revoked_at) return "revoked";
  return new Date(key.expires_at) <= now ? "expired" : null;
}
