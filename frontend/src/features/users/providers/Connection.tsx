import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { api, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatDateTime, useZone } from "~/lib/time/time";
import type { Identity } from "./queries";
import { useProviderTexts } from "./texts";

/** A connected sign-in, with a button that disconnects it. */
export function Connection({ identity }: { identity: Identity }) {
  const t = useProviderTexts();
  const zone = useZone();
  const [isAsking, setAsking] = useState(false);
  const { label, email, provider } = identity;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3 first:pt-0">
      <div className="min-w-0 text-sm">
        <p className="flex flex-wrap items-baseline gap-x-2 font-medium">
          <bdi className="break-words">{label}</bdi>
          {email && <bdi className="min-w-0 break-all font-normal text-ink-soft">{email}</bdi>}
        </p>
        <p className="tabular flex flex-wrap gap-x-3 text-ink-soft">
          <span>
            {t("connections.connected_since", { when: formatDateTime(identity.connected_at, zone) })}
          </span>
          <span>
            {provider === null
              ? t("connections.not_offered")
              : t("connections.used", { when: formatDateTime(identity.last_used_at, zone) })}
          </span>
        </p>
      </div>
      <Button
        variant="secondary"
        size="sm"
        className="ml-auto"
        aria-label={t("connections.disconnect_of", { label })}
        onClick={() => setAsking(true)}
      >
        {t("connections.disconnect")}
      </Button>
      {isAsking && <DisconnectDialog identity={identity} onClose={() => setAsking(false)} />}
    </li>
  );
}

function DisconnectDialog({ identity, onClose }: { identity: Identity; onClose: () => void }) {
  const t = useProviderTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const { id, label } = identity;
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/auth/identities/{identity_id}", { params: { path: { identity_id: id } } })),
    onSuccess: () => toast.success(t("connections.disconnected", { label })),
    onError: (error) => toast.error(errorMessage(error)),
    onSettled: () => {
      onClose();
      return client.invalidateQueries({ queryKey: queryKeys.identities });
    },
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("connections.ask", { label })}
      description={t("connections.means")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button variant="danger" isBusy={isPending} onClick={() => mutate()}>
            {t("connections.disconnect")}
          </Button>
        </>
      }
    />
  );
}
