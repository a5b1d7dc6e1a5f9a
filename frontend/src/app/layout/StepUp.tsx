import { useLocation } from "@tanstack/react-router";
import { Suspense, useSyncExternalStore } from "react";
import { stepUp } from "~/lib/auth/stepUp";
import { lazyWithRetry } from "~/lib/lazyWithRetry";

const StepUpDialog = lazyWithRetry(() => import("~/features/users/two-step/StepUpDialog"));
const ProofArrival = lazyWithRetry(() => import("~/features/users/providers/ProofArrival"));

type Came = { proof?: unknown; provider?: unknown };

/** Asks the user to prove who they are while a request waits for that, and says what came of a proof elsewhere. */
export function StepUp() {
  const methods = useSyncExternalStore(stepUp.subscribe, stepUp.methods);
  const { proof, provider } = useLocation({ select: ({ search }) => search as Came });
  return (
    <Suspense>
      {methods && <StepUpDialog methods={methods} />}
      {typeof proof === "string" && (
        <ProofArrival came={proof} provider={typeof provider === "string" ? provider : undefined} />
      )}
    </Suspense>
  );
}
