import { useRouter } from "@tanstack/react-router";
import { toast } from "sonner";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { login } from "./login";
import { signOut } from "./me";
import { useGoHome } from "./useGoHome";

/** Signs out in all tabs and goes to the front page. `everywhere`: on all devices. */
export function useSignOut(): (options?: { everywhere?: boolean }) => Promise<void> {
  const goHome = useGoHome();
  const router = useRouter();
  return async (options) => {
    // while impersonating, this ends the impersonation only
    if (login.impersonationToken()) return (await import("./impersonation")).endImpersonation(router);
    if (!(await goHome())) return;
    await signOut(options).catch((error: unknown) => toast.error(errorMessage(error)));
  };
}
