import { useLocation } from "@tanstack/react-router";
import { Suspense, useSyncExternalStore } from "react";
import { login } from "~/lib/auth/login";
import { lazyWithRetry } from "~/lib/lazyWithRetry";

const ExpiredSignInDialog = lazyWithRetry(() => import("./ExpiredSignInDialog"));

/** Prompts to sign in again over the open page when the login expires, so that typed values are kept. */
export function ExpiredSignIn() {
  const state = useSyncExternalStore(login.subscribe, login.state);
  const isSignInPage = useLocation({
    select: ({ pathname }) => pathname === "/login" || pathname === "/register",
  });
  if (state !== "expired" || isSignInPage) return null;
  return (
    <Suspense>
      <ExpiredSignInDialog />
    </Suspense>
  );
}
