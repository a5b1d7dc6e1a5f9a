import { Eye, KeyRound, Power, Repeat2, ShieldCheck, ShieldOff } from "lucide-react";
import { Button } from "~/components/Button";
import { Menu, MenuItem } from "~/components/Menu";
import { displayName, useMe } from "~/lib/auth/me";
import { useTexts } from "../texts";
import type { AccountDetails } from "./queries";

export type AccountIntent =
  | "edit"
  | "activate"
  | "deactivate"
  | "role"
  | "rights"
  | "reset"
  | "second_factor"
  | "impersonate";

/** Actions for an account. Hidden for one's own account, a deleted one, and for staff accounts unless the viewer is a superuser. */
export function AccountActions({
  account,
  onIntent,
}: {
  account: AccountDetails;
  onIntent: (intent: AccountIntent) => void;
}) {
  const t = useTexts();
  const me = useMe();
  if (!me || me.id === account.id || account.deleted_at) return null;
  const isMine = me.is_superuser || !account.is_staff;
  return (
    <>
      {!account.is_staff && account.is_active && (
        <Button variant="secondary" onClick={() => onIntent("impersonate")}>
          <Eye aria-hidden className="size-4" />
          {t("impersonate.open")}
        </Button>
      )}
      {isMine && (
        <Button variant="secondary" onClick={() => onIntent(account.is_active ? "deactivate" : "activate")}>
          <Power aria-hidden className="size-4" />
          <span>{t(account.is_active ? "deactivate.open" : "activate.open")}</span>
        </Button>
      )}
      {isMine && (
        <Menu label={t("users.menu", { name: displayName(account) })}>
          {account.is_active && (
            <MenuItem icon={KeyRound} onSelect={() => onIntent("reset")}>
              {t("reset.open")}
            </MenuItem>
          )}
          <MenuItem icon={Repeat2} onSelect={() => onIntent("role")}>
            {t(account.role === "creator" ? "role.make_user" : "role.make_creator")}
          </MenuItem>
          {account.second_factor_since && (
            <MenuItem icon={ShieldOff} onSelect={() => onIntent("second_factor")}>
              {t("second_factor.open")}
            </MenuItem>
          )}
          {me.is_superuser && (
            <MenuItem icon={ShieldCheck} onSelect={() => onIntent("rights")}>
              {t("rights.open")}
            </MenuItem>
          )}
        </Menu>
      )}
    </>
  );
}
