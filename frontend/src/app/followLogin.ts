import { queryClient } from "~/lib/api/queryClient";
import { login, type News } from "~/lib/auth/login";
import { forget, meQuery, refresh } from "~/lib/auth/me";
import type { router as Router } from "./router";

/** Lets this tab follow what happens to the login in the others. */
export function followLogin(router: typeof Router): void {
  async function follow(news: News): Promise<void> {
    if (news === "another-person") return location.reload();
    if (news === "signed-in") await queryClient.fetchQuery({ ...meQuery, staleTime: 0 }).catch(() => null);
    router.clearCache();
    await router.invalidate();
    await (news === "signed-in" ? refresh() : forget());
  }
  login.onNews((news) => void follow(news));
}
