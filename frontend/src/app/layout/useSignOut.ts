import { toast } from "sonner";
import { say } from "~/app/i18n/say";
import { leave } from "~/features/users/me";
import { useGoHome } from "./useGoHome";

/** Signs out, here and in the other tabs, and goes to the front page. */
export function useSignOut(): () => Promise<void> {
  const goHome = useGoHome();
  return async () => {
    if (!(await goHome())) return;
    await leave().catch((error: unknown) => toast.error(say(error)));
  };
}
