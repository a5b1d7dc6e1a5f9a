import { queryOptions } from "@tanstack/react-query";
import { api, type Page, type Schema, unwrap, unwrapPage } from "~/lib/api/client";
import { adminListSoldSlotsLimits } from "~/lib/api/queryLimits";
import { adminKeys } from "../queryKeys";

export type Account = Schema<"AccountOut">;
export type AccountDetails = Schema<"AccountDetailsOut">;
export type Deactivation = Schema<"DeactivationOut">;
export type Reset = Schema<"ResetOut">;
export type ApiKey = Schema<"ApiKeyOut">;
export type WaysIn = Schema<"WaysInOut">;
export type BookedSlot = Schema<"BookedSlotOut">;

/** An account with its logins and latest audit log entries. */
export function accountQuery(id: string) {
  return queryOptions({
    queryKey: adminKeys.one("users", id),
    queryFn: ({ signal }): Promise<AccountDetails> =>
      unwrap(api.GET("/api/admin/users/{user_id}", { params: { path: { user_id: id } }, signal })),
  });
}

/** The next booked slots of a creator, soonest first. */
export function bookedSlotsQuery(id: string) {
  return queryOptions({
    queryKey: adminKeys.bookedSlots(id),
    queryFn: ({ signal }): Promise<Page<BookedSlot>> => {
      const query = { limit: adminListSoldSlotsLimits.limit.maximum };
      return unwrapPage(
        api.GET("/api/admin/users/{user_id}/sold-slots", { params: { ...userPath(id), query }, signal }),
      );
    },
    staleTime: 0,
  });
}

/** What a user signs in with. */
export function waysInQuery(id: string) {
  return queryOptions({
    queryKey: adminKeys.waysIn(id),
    queryFn: ({ signal }): Promise<WaysIn> =>
      unwrap(api.GET("/api/admin/users/{user_id}/ways-in", { params: userPath(id), signal })),
  });
}

/** The API keys of a user, newest first. */
export function apiKeysQuery(id: string) {
  return queryOptions({
    queryKey: adminKeys.apiKeys(id),
    queryFn: ({ signal }): Promise<ApiKey[]> =>
      unwrap(api.GET("/api/admin/users/{user_id}/api-keys", { params: userPath(id), signal })),
  });
}

export async function revokeApiKey(id: string, key_id: string, reason: string): Promise<void> {
  const params = { path: { user_id: id, key_id } };
  await unwrap(api.POST("/api/admin/users/{user_id}/api-keys/{key_id}/revoke", { params, body: { reason } }));
}

/** End one login of a user, or all. */
export async function endLogins(id: string, login_id: string | null, reason: string): Promise<void> {
  const body = { reason };
  if (login_id === null) {
    await unwrap(api.POST("/api/admin/users/{user_id}/logins/end", { params: userPath(id), body }));
    return;
  }
  const params = { path: { user_id: id, login_id } };
  await unwrap(api.POST("/api/admin/users/{user_id}/logins/{login_id}/end", { params, body }));
}

const userPath = (id: string) => ({ path: { user_id: id } });

export type AccountChanges = { email: string; username: string; first_name: string; last_name: string };

export function changeAccount(
  id: string,
  changes: Partial<AccountChanges>,
  reason: string,
): Promise<Account> {
  return unwrap(
    api.PATCH("/api/admin/users/{user_id}", { params: userPath(id), body: { ...changes, reason } }),
  );
}

export function activate(id: string, reason: string): Promise<Account> {
  return unwrap(api.POST("/api/admin/users/{user_id}/activate", { params: userPath(id), body: { reason } }));
}

export function deactivate(id: string, reason: string, cancel_sold_seats: boolean): Promise<Deactivation> {
  return unwrap(
    api.POST("/api/admin/users/{user_id}/deactivate", {
      params: userPath(id),
      body: { reason, cancel_sold_seats },
    }),
  );
}

export function changeRole(id: string, role: Account["role"], reason: string): Promise<Account> {
  return unwrap(
    api.POST("/api/admin/users/{user_id}/role", { params: userPath(id), body: { role, reason } }),
  );
}

export type Rights = Pick<Account, "is_staff" | "is_superuser">;

export function changeRights(id: string, rights: Rights, reason: string): Promise<Account> {
  return unwrap(
    api.POST("/api/admin/users/{user_id}/rights", { params: userPath(id), body: { ...rights, reason } }),
  );
}

export function removeSecondFactor(id: string, reason: string): Promise<unknown> {
  return unwrap(
    api.POST("/api/admin/users/{user_id}/remove-second-factor", { params: userPath(id), body: { reason } }),
  );
}

export function issueReset(id: string, reason: string): Promise<Reset> {
  return unwrap(
    api.POST("/api/admin/users/{user_id}/password-reset", { params: userPath(id), body: { reason } }),
  );
}
