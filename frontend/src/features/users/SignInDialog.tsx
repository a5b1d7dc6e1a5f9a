import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "~/components/Dialog";
import { meQuery } from "~/lib/auth/me";
import { useNext } from "~/lib/auth/useNext";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { SignInForm } from "./SignInForm";

const ProviderButtons = lazyWithRetry(() => import("./providers/ProviderButtons"));

/** Signs in over the current page. */
export default function SignInDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const { next } = useNext();
  const email = useQueryClient().getQueryData(meQuery.queryKey)?.email ?? "";
  const prefilled = useMemo(() => ({ email, password: "" }), [email]);
  return (
    <Dialog isOpen onClose={onClose} title={t("states.sign_in_title")} description={t("states.sign_in_text")}>
      <SignInForm prefilled={prefilled} onDone={onDone} />
      <Suspense fallback={null}>
        <ProviderButtons next={next} isAfterSignIn />
      </Suspense>
    </Dialog>
  );
}
