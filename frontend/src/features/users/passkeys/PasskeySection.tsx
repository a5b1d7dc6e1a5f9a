import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { api, unwrap } from "~/lib/api/client";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { isProblem } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { SecurityList } from "../security/SecurityList";
import { SecuritySection } from "../security/SecuritySection";
import { canUsePasskeys, createPasskey, isCancelled, isRegistered } from "./credentials";
import { PasskeyRow } from "./PasskeyRow";
import { passkeysQuery } from "./queries";
import { usePasskeyTexts } from "./texts";

/** The user's passkeys, and a button that adds one on this device. */
export default function PasskeySection() {
  const t = usePasskeyTexts();
  return (
    <SecuritySection id="passkeys" title={t("section.title")} text={t("section.text")}>
      <div className="flex flex-col gap-5">
        <Passkeys />
        <AddPasskey />
      </div>
    </SecuritySection>
  );
}

function Passkeys() {
  const t = usePasskeyTexts();
  return (
    <SecurityList query={useQuery(passkeysQuery)} none={t("section.none")}>
      {(passkey) => <PasskeyRow key={passkey.id} passkey={passkey} />}
    </SecurityList>
  );
}

function AddPasskey() {
  const t = usePasskeyTexts();
  const client = useQueryClient();
  const { data } = useQuery(marketplaceQuery);
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      const options = await unwrap(api.POST("/api/auth/passkeys/options"));
      const credential = await createPasskey(options);
      await unwrap(api.POST("/api/auth/passkeys", { body: { credential } }));
    },
    onSuccess: () => toast.success(t("section.added")),
    onError: (error) => {
      if (isCancelled(error)) toast(t("section.cancelled"));
      else if (isRegistered(error)) toast(t("section.exists"));
      else toast.error(isProblem(error) ? errorMessage(error) : t("section.failed"));
    },
    onSettled: () => client.invalidateQueries({ queryKey: passkeysQuery.queryKey }),
  });
  if (data && !data.has_passkeys) return <Remark>{t("section.unavailable")}</Remark>;
  if (!canUsePasskeys()) return <Remark>{t("section.unsupported")}</Remark>;
  return (
    <Button variant="secondary" isBusy={isPending} className="self-end" onClick={() => mutate()}>
      {t("section.add")}
    </Button>
  );
}

function Remark({ children }: { children: string }) {
  return <p className="text-sm text-ink-soft">{children}</p>;
}
