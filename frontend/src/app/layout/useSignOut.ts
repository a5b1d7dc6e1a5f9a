import { useNavigate } from "@tanstack/react-router";
import { toast } from "sonner";
import { say } from "~/app/i18n/say";
import { leave } from "~/features/users/me";

/** Signs out, here and in the other tabs, and goes to the front page. */
export function useSignOut(): () => Promise<void> {
  const navigate = useNavigate();
  return async () => {
    try {
      await leave();
      await navigate({ to: "/" });
    } catch (error) {
      toast.error(say(error));
    }
  };
}
