import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { useSignOut } from "~/lib/auth/useSignOut";
import { useTexts } from "../texts";

/** Ends every login of the user, including this one. */
export function SignOutEverywhere() {
  const t = useTexts();
  const { t: common } = useTranslation();
  const signOut = useSignOut();
  const [isDialogOpen, setDialogOpen] = useState(false);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">{t("profile.everywhere_text")}</p>
      <Button variant="secondary" onClick={() => setDialogOpen(true)} className="self-end">
        {t("profile.everywhere")}
      </Button>
      {isDialogOpen && (
        <Dialog
          isOpen
          onClose={() => setDialogOpen(false)}
          title={t("profile.everywhere_ask")}
          description={t("profile.everywhere_means")}
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
                {t("profile.everywhere")}
              </Button>
            </>
          }
        />
      )}
    </div>
  );
}
