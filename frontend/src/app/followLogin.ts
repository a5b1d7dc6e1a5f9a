import { queryClient } from "~/lib/api/queryClient";
import { type LoginEvent, login } from "~/lib/auth/login";
import { clearUserData, meQuery, refetchUserData } from "~/lib/auth/me";
import type { router as Router } from "./router";

/** Applies sign-ins and sign-outs of other tabs to this one. */
export function followLogin(router: typeof Router): void {
  async function follow(event: LoginEvent): Promise<void> {
    if (event === "another-person") return location.reload();
    if (event === "signed-in") await queryClient.fetchQuery({ ...meQuery, staleTime: 0 }).catch(() => null);
    router.clearCache();
    await router.invalidate();
    await (event === "signed-in" ? refetchUserData() : clearUserData());
  }
  login.onEvent((event) => void follow(event));
}
