import { useRouter } from "@tanstack/react-router";
import { startImpersonation } from "~/lib/auth/impersonation";
import { displayName } from "~/lib/auth/me";
import { ActionDialog } from "../ActionDialog";
import { useTexts } from "../texts";
import type { AccountDetails } from "../users/queries";

/** Asks why, then shows this tab as the person sees it. */
export function ImpersonateDialog({ account, onClose }: { account: AccountDetails; onClose: () => void }) {
  const t = useTexts();
  const router = useRouter();
  const name = displayName(account);
  return (
    <ActionDialog
      title={t("impersonate.title", { name })}
      text={t("impersonate.text")}
      actionLabel={t("impersonate.do")}
      take={(reason) => startImpersonation(router, account.id, reason)}
      onClose={onClose}
    />
  );
}
