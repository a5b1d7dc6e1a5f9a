import { useState } from "react";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { useMe } from "~/lib/auth/me";
import { formatDay, useZone } from "~/lib/time/time";
import { ActionDialog } from "../ActionDialog";
import { useTexts } from "../texts";
import type { AccountDetails } from "../users/queries";
import { clearRefusal } from "./queries";

/** Says that a mail server refused the address of an account, and lets staff send mail there again. */
export function RefusedAddress({ account }: { account: AccountDetails }) {
  const t = useTexts();
  const zone = useZone();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  if (!account.email_refused_at) return null;
  const isMine = me?.is_superuser || me?.id === account.id || !account.is_staff;
  return (
    <Notice tone="warn" className="mb-4">
      <p>{t("mails.clear.notice", { day: formatDay(account.email_refused_at, zone) })}</p>
      {isMine && (
        <Button variant="secondary" size="sm" className="mt-2" onClick={() => setOpen(true)}>
          {t("mails.clear.open")}
        </Button>
      )}
      {isOpen && (
        <ActionDialog
          title={t("mails.clear.title", { email: account.email })}
          text={t("mails.clear.text")}
          actionLabel={t("mails.clear.do")}
          done={t("mails.clear.done")}
          submit={(reason) => clearRefusal(account.id, reason)}
          onClose={() => setOpen(false)}
        />
      )}
    </Notice>
  );
}
