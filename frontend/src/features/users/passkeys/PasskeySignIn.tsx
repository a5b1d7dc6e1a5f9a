import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { type Me, signIn } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { loadOffsets } from "~/lib/time/offsets";
import { askForPasskey, canUsePasskeys, isCancelled } from "./credentials";
import { usePasskeyTexts } from "./texts";

/** Signs in with a passkey that the person chooses in the browser's prompt. Ending the prompt is no error. */
export default function PasskeySignIn({ onDone }: { onDone: (me: Me) => void | Promise<void> }) {
  const t = usePasskeyTexts();
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      const options = await unwrap(api.POST("/api/auth/login/passkey/options"));
      const credential = await askForPasskey(options);
      const { access, user } = await unwrap(
        api.POST("/api/auth/login/passkey", { body: { credential, use_cookie: true } }),
      );
      await loadOffsets(user.time_zone);
      signIn(access, user);
      await onDone(user);
    },
  });
  if (!canUsePasskeys()) return null;

  const failure = () => {
    if (!error || isCancelled(error)) return null;
    if (isProblem(error, "passkey_refused")) return t("sign_in.refused");
    return isProblem(error) ? errorMessage(error) : t("sign_in.failed");
  };
  const message = failure();
  return (
    <div className="flex flex-col gap-4">
      <p aria-hidden className="flex items-center gap-3 text-sm text-ink-soft">
        <span className="h-px flex-1 bg-line" />
        {t("sign_in.or")}
        <span className="h-px flex-1 bg-line" />
      </p>
      {message && <Notice tone="danger">{message}</Notice>}
      <Button variant="secondary" size="lg" isBusy={isPending} onClick={() => mutate()}>
        <KeyRound aria-hidden className="size-4.5" />
        {t("sign_in.button")}
      </Button>
    </div>
  );
}
