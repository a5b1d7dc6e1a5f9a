import { useMutation } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { api, unwrap } from "~/lib/api/client";
import type { Me } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useProviderTexts } from "./texts";

/** Sends a link that sets the first password of an account. */
export function SetPassword({ me }: { me: Me }) {
  const t = useProviderTexts();
  const { mutate, isPending, isSuccess } = useMutation({
    mutationFn: () => unwrap(api.POST("/api/auth/forgot-password", { body: { email: me.email } })),
    onError: (error) => toast.error(errorMessage(error)),
  });
  if (isSuccess)
    return (
      <p role="status" className="text-ink-soft text-sm">
        {t("connections.sent")}
      </p>
    );
  return (
    <p className="flex flex-wrap items-center gap-3 text-sm">
      {t("connections.without_password")}
      <Button variant="secondary" size="sm" isBusy={isPending} onClick={() => mutate()}>
        {t("connections.set_password")}
      </Button>
    </p>
  );
}
