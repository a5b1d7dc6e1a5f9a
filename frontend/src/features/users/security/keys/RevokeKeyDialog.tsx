import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { queryKeys } from "~/lib/api/queryKeys";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { type ApiKey, revokeKey } from "./keys";
import { useKeyTexts } from "./texts";

/** Asks before a key is revoked, which is final. */
export function RevokeKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const t = useKeyTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => revokeKey(apiKey.id),
    onSuccess: () => {
      toast.success(t("revoked"));
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.apiKeys }),
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("revoke_title", { name: apiKey.name })}
      description={t("revoke_text")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button variant="danger" isBusy={isPending} onClick={() => mutate()}>
            {t("revoke")}
          </Button>
        </>
      }
    >
      {error && <Notice tone="danger">{errorMessage(error)}</Notice>}
    </Dialog>
  );
}
