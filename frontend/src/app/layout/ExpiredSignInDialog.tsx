import { useRouter } from "@tanstack/react-router";
import SignInDialog from "~/features/users/SignInDialog";
import { login } from "~/lib/auth/login";
import { clearUserData } from "~/lib/auth/me";
import { useGoHome } from "~/lib/auth/useGoHome";

/** Signs in again, or goes on as a visitor. */
export default function ExpiredSignInDialog() {
  const router = useRouter();
  const goHome = useGoHome();
  const continueAsGuest = async () => {
    if (!(await goHome())) return;
    login.continueAsGuest();
    await clearUserData();
  };
  return <SignInDialog onDone={() => void router.invalidate()} onClose={() => void continueAsGuest()} />;
}
