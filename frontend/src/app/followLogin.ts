import { queryClient } from "~/lib/api/queryClient";
import { type LoginEvent, login } from "~/lib/auth/login";
import { forget, meQuery, refresh } from "~/lib/auth/me";
import type { router as Router } from "./router";

/** Applies sign-ins and sign-outs of other tabs to this one. */
export function followLogin(router: typeof Router): void {
  async function follow(event: LoginEvent): Promise<void> {
    if (event === "another-person") return location.reload();
    if (event === "signed-in") await queryClient.fetchQuery({ ...meQuery, staleTime: 0 }).catch(() => null);
    router.clearCache();
    await router.invalidate();
    await (event === "signed-in" ? refresh() : forget());
  }
  login.onEvent((event) => void follow(event));
}
