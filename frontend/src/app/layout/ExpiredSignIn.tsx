import { useLocation, useRouter } from "@tanstack/react-router";
import { Suspense, useSyncExternalStore } from "react";
import { login } from "~/lib/auth/login";
import { forget } from "~/lib/auth/me";
import { useGoHome } from "~/lib/auth/useGoHome";
import { patiently } from "~/lib/lazyWithRetry";

const SignInDialog = patiently(() => import("~/features/users/SignInDialog"));

/** Asks again who has been signed out by time, over the page, so that what they typed is kept. */
export function ExpiredSignIn() {
  const state = useSyncExternalStore(login.subscribe, login.state);
  const isAsked = useLocation({
    select: ({ pathname }) => pathname === "/login" || pathname === "/register",
  });
  const router = useRouter();
  const goHome = useGoHome();
  if (state !== "expired" || isAsked) return null;
  const goOnAsVisitor = async () => {
    if (!(await goHome())) return;
    login.forgo();
    await forget();
  };
  return (
    <Suspense>
      <SignInDialog onDone={() => void router.invalidate()} onClose={() => void goOnAsVisitor()} />
    </Suspense>
  );
}
