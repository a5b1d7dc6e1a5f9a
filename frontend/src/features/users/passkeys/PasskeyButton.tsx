import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { isProblem } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { canUsePasskeys, isCancelled } from "./credentials";
import { usePasskeyTexts } from "./texts";

type Props = { label: string; separator?: boolean; run: () => Promise<void> };

/** A button that asks the browser for a passkey. Ending the prompt is no error. */
export function PasskeyButton({ label, separator, run }: Props) {
  const t = usePasskeyTexts();
  const { mutate, isPending, error } = useMutation({ mutationFn: run });
  if (!canUsePasskeys()) return null;

  const failure = () => {
    if (!error || isCancelled(error)) return null;
    if (isProblem(error, "passkey_refused")) return t("ask.refused");
    return isProblem(error) ? errorMessage(error) : t("ask.failed");
  };
  const message = failure();
  return (
    <div className="flex flex-col gap-4">
      {separator && (
        <p aria-hidden className="flex items-center gap-3 text-sm text-ink-soft">
          <span className="h-px flex-1 bg-line" />
          {t("ask.or")}
          <span className="h-px flex-1 bg-line" />
        </p>
      )}
      {message && <Notice tone="danger">{message}</Notice>}
      <Button variant="secondary" size="lg" isBusy={isPending} onClick={() => mutate()}>
        <KeyRound aria-hidden className="size-4.5" />
        <span>{label}</span>
      </Button>
    </div>
  );
}
