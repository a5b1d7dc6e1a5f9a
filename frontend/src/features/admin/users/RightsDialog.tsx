import { useState } from "react";
import { SwitchField } from "~/components/SwitchField";
import { displayName } from "~/lib/auth/me";
import { ActionDialog } from "../ActionDialog";
import { useTexts } from "../texts";
import { type AccountDetails, changeRights } from "./queries";

/** Gives or takes rights; a superuser is on the staff, too. */
export function RightsDialog({ account, onClose }: { account: AccountDetails; onClose: () => void }) {
  const t = useTexts();
  const [rights, setRights] = useState({ is_staff: account.is_staff, is_superuser: account.is_superuser });
  const name = displayName(account);
  const isChanged = rights.is_staff !== account.is_staff || rights.is_superuser !== account.is_superuser;
  return (
    <ActionDialog
      title={t("rights.title", { name })}
      actionLabel={t("rights.do")}
      done={t("rights.done", { name })}
      intent={rights}
      isReady={isChanged}
      take={(reason) => changeRights(account.id, rights, reason)}
      onClose={onClose}
    >
      <SwitchField
        label={t("users.staff")}
        hint={t("rights.staff_text")}
        isOn={rights.is_staff}
        onChange={(is_staff) => setRights({ is_staff, is_superuser: is_staff && rights.is_superuser })}
      />
      <SwitchField
        label={t("users.superuser")}
        hint={t("rights.superuser_text")}
        isOn={rights.is_superuser}
        onChange={(is_superuser) => setRights({ is_staff: is_superuser || rights.is_staff, is_superuser })}
      />
    </ActionDialog>
  );
}
