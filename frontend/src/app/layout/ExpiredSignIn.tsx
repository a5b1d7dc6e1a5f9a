import { useLocation, useRouter } from "@tanstack/react-router";
import { Suspense, useSyncExternalStore } from "react";
import { login } from "~/lib/auth/login";
import { clearUserData } from "~/lib/auth/me";
import { useGoHome } from "~/lib/auth/useGoHome";
import { lazyWithRetry } from "~/lib/lazyWithRetry";

const SignInDialog = lazyWithRetry(() => import("~/features/users/SignInDialog"));

/** Prompts to sign in again over the open page when the login expires, so that typed values are kept. */
export function ExpiredSignIn() {
  const state = useSyncExternalStore(login.subscribe, login.state);
  const isSignInPage = useLocation({
    select: ({ pathname }) => pathname === "/login" || pathname === "/register",
  });
  const router = useRouter();
  const goHome = useGoHome();
  if (state !== "expired" || isSignInPage) return null;
  const continueAsGuest = async () => {
    if (!(await goHome())) return;
    login.continueAsGuest();
    await clearUserData();
  };
  return (
    <Suspense>
      <SignInDialog onDone={() => void router.invalidate()} onClose={() => void continueAsGuest()} />
    </Suspense>
  );
}
