import { displayName } from "~/lib/auth/me";
import { ActionDialog } from "../ActionDialog";
import { ImpersonateDialog } from "../impersonation/ImpersonateDialog";
import { useTexts } from "../texts";
import type { AccountIntent } from "./AccountActions";
import { DeactivateDialog } from "./DeactivateDialog";
import { EditAccountDialog } from "./EditAccountDialog";
import { type AccountDetails, activate, changeRole, removeSecondFactor } from "./queries";
import { ResetDialog } from "./ResetDialog";
import { RightsDialog } from "./RightsDialog";

/** The dialog of the account action that the staff member has chosen. */
export function AccountDialog({
  account,
  intent,
  onClose,
}: {
  account: AccountDetails;
  intent: AccountIntent;
  onClose: () => void;
}) {
  const t = useTexts();
  const name = displayName(account);
  switch (intent) {
    case "edit":
      return <EditAccountDialog account={account} onClose={onClose} />;
    case "deactivate":
      return <DeactivateDialog account={account} onClose={onClose} />;
    case "rights":
      return <RightsDialog account={account} onClose={onClose} />;
    case "reset":
      return <ResetDialog account={account} onClose={onClose} />;
    case "impersonate":
      return <ImpersonateDialog account={account} onClose={onClose} />;
    case "activate":
      return (
        <ActionDialog
          title={t("activate.title", { name })}
          text={t("activate.text")}
          actionLabel={t("activate.do")}
          done={t("activate.done", { name })}
          submit={(reason) => activate(account.id, reason)}
          onClose={onClose}
        />
      );
    case "second_factor":
      return (
        <ActionDialog
          title={t("second_factor.title", { name })}
          text={t("second_factor.text")}
          actionLabel={t("second_factor.do")}
          done={t("second_factor.done", { name })}
          submit={(reason) => removeSecondFactor(account.id, reason)}
          onClose={onClose}
        />
      );
    case "role": {
      const role = account.role === "creator" ? "user" : "creator";
      return (
        <ActionDialog
          title={t(`role.title_${role}`, { name })}
          text={t(`role.text_${role}`)}
          actionLabel={t("role.do")}
          done={t(`role.done_${role}`, { name })}
          submit={(reason) => changeRole(account.id, role, reason)}
          onClose={onClose}
        />
      );
    }
  }
}
