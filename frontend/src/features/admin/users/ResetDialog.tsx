import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { displayName } from "~/lib/auth/me";
import { ActionDialog } from "../ActionDialog";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import { type AccountDetails, issueReset, type Reset } from "./queries";

/** Creates a password reset link and shows it once. */
export function ResetDialog({ account, onClose }: { account: AccountDetails; onClose: () => void }) {
  const t = useTexts();
  const [resetLink, setResetLink] = useState<Reset | null>(null);
  const name = displayName(account);
  if (resetLink) return <Link link={resetLink} name={name} onClose={onClose} />;
  return (
    <ActionDialog
      title={t("reset.title", { name })}
      text={t("reset.text")}
      actionLabel={t("reset.do")}
      submit={(reason) => issueReset(account.id, reason)}
      onDone={setResetLink}
      onClose={onClose}
    />
  );
}

function Link({ link, name, onClose }: { link: Reset; name: string; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [isCopied, setCopied] = useState(false);
  const address = new URL(link.path, location.origin).href;
  const copy = async () => {
    await navigator.clipboard.writeText(address);
    setCopied(true);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("reset.made", { name })}
      footer={<Button onClick={onClose}>{common("actions.close")}</Button>}
    >
      <div className="flex flex-col gap-5">
        <Notice tone="warn">{t("reset.once")}</Notice>
        <Field
          label={t("reset.link")}
          hint={
            <>
              <span>{t("reset.until")}</span> <DateTime at={link.expires_at} />
            </>
          }
        >
          {(field) => <Input {...field} readOnly value={address} onFocus={({ target }) => target.select()} />}
        </Field>
        <Button variant="secondary" onClick={() => void copy()}>
          {isCopied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
          <span>{t(isCopied ? "reset.copied" : "reset.copy")}</span>
        </Button>
      </div>
    </Dialog>
  );
}
