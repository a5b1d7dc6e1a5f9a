import { toast } from "sonner";
import { login } from "~/api/login";
import { say } from "~/app/i18n/say";
import { leave } from "~/features/users/me";
import { useGoHome } from "./useGoHome";

/** Signs out, here and in the other tabs, and goes to the front page. `everywhere`: on all devices. */
export function useSignOut(): (options?: { everywhere?: boolean }) => Promise<void> {
  const goHome = useGoHome();
  return async (options) => {
    // who sees the site as another person stops doing so, and nothing else
    if (login.guise()) return (await import("~/features/admin/impersonation/guise")).endGuise();
    if (!(await goHome())) return;
    await leave(options).catch((error: unknown) => toast.error(say(error)));
  };
}
