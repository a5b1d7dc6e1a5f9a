import { Suspense, useSyncExternalStore } from "react";
import { stepUp } from "~/lib/auth/stepUp";
import { lazyWithRetry } from "~/lib/lazyWithRetry";

const StepUpDialog = lazyWithRetry(() => import("~/features/users/two-step/StepUpDialog"));

/** Asks the user to prove who they are while a request waits for that. */
export function StepUp() {
  const methods = useSyncExternalStore(stepUp.subscribe, stepUp.methods);
  return methods ? (
    <Suspense>
      <StepUpDialog methods={methods} />
    </Suspense>
  ) : null;
}
