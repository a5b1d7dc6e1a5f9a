import { Suspense, useState } from "react";
import { Button } from "~/components/Button";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { useTexts } from "../texts";

const DeleteAccountDialog = lazyWithRetry(() => import("./DeleteAccountDialog"));

/** Opens the dialog that deletes the account. */
export function DeleteAccount() {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">{t("delete.text")}</p>
      <Button variant="danger" onClick={() => setOpen(true)} className="self-end">
        {t("delete.open")}
      </Button>
      {isOpen && (
        <Suspense>
          <DeleteAccountDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
