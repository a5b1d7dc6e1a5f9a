import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useSyncExternalStore } from "react";
import { login } from "~/api/login";

const SignInDialog = lazy(() => import("~/features/users/SignInDialog"));

/** Asks again who has been signed out by time, over the page, so that what they typed is kept. */
export function ExpiredSignIn() {
  const state = useSyncExternalStore(login.subscribe, login.state);
  const navigate = useNavigate();
  if (state !== "expired") return null;
  return (
    <Suspense>
      <SignInDialog
        onClose={() => {
          login.end();
          void navigate({ to: "/" });
        }}
      />
    </Suspense>
  );
}
