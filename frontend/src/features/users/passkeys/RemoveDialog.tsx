import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { api, unwrap } from "~/lib/api/client";
import { errorMessage } from "~/lib/i18n/errorMessage";
import type { Passkey } from "./PasskeyRow";
import { passkeysQuery } from "./queries";
import { usePasskeyTexts } from "./texts";

export function RemoveDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const t = usePasskeyTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () => {
      const path = { passkey_id: passkey.id };
      return unwrap(api.DELETE("/api/auth/passkeys/{passkey_id}", { params: { path } }));
    },
    onSuccess: () => toast.success(t("remove.done")),
    onError: (error) => toast.error(errorMessage(error)),
    onSettled: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
    },
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("remove.title", { name: passkey.name })}
      description={t("remove.text")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button variant="danger" isBusy={isPending} onClick={() => mutate()}>
            {t("remove.submit")}
          </Button>
        </>
      }
    />
  );
}
