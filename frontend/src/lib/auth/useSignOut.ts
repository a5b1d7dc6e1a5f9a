import { toast } from "sonner";
import { say } from "~/lib/i18n/errorMessage";
import { login } from "./login";
import { leave } from "./me";
import { useGoHome } from "./useGoHome";

/** Signs out, here and in the other tabs, and goes to the front page. `everywhere`: on all devices. */
export function useSignOut(): (options?: { everywhere?: boolean }) => Promise<void> {
  const goHome = useGoHome();
  return async (options) => {
    // who sees the site as another person stops doing so, and nothing else
    if (login.guise()) return (await import("./impersonation")).endGuise();
    if (!(await goHome())) return;
    await leave(options).catch((error: unknown) => toast.error(say(error)));
  };
}
