import { Suspense, useSyncExternalStore } from "react";
import UnverifiedBar from "~/features/users/UnverifiedBar";
import { login } from "~/lib/auth/login";
import type { Me } from "~/lib/auth/me";
import { lazyWithRetry } from "~/lib/lazyWithRetry";

const ImpersonationBar = lazyWithRetry(() => import("~/features/admin/impersonation/ImpersonationBar"));

/** What is shown above the header to people who are signed in. */
export default function Bars({ me }: { me: Me }) {
  const impersonation = useSyncExternalStore(login.subscribe, login.impersonationToken);
  if (impersonation)
    return (
      <Suspense>
        <ImpersonationBar />
      </Suspense>
    );
  return me.email_verified_at ? null : <UnverifiedBar me={me} />;
}
