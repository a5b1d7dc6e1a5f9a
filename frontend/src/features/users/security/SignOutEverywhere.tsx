import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { useSignOut } from "~/lib/auth/useSignOut";
import { useSecurityTexts } from "./texts";

/** Ends every login of the user, including this one. */
export function SignOutEverywhere() {
  const t = useSecurityTexts();
  const { t: common } = useTranslation();
  const signOut = useSignOut();
  const [isDialogOpen, setDialogOpen] = useState(false);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">{t("everywhere.text")}</p>
      <Button variant="secondary" onClick={() => setDialogOpen(true)} className="self-end">
        {t("everywhere.open")}
      </Button>
      {isDialogOpen && (
        <Dialog
          isOpen
          onClose={() => setDialogOpen(false)}
          title={t("everywhere.ask")}
          description={t("everywhere.means")}
          footer={
            <>
              <Button variant="secondary" onClick={() => setDialogOpen(false)}>
                {common("actions.back")}
              </Button>
              <Button
                variant="danger"
                onClick={() => {
                  setDialogOpen(false);
                  void signOut({ everywhere: true });
                }}
              >
                {t("everywhere.open")}
              </Button>
            </>
          }
        />
      )}
    </div>
  );
}
