import { useMutation } from "@tanstack/react-query";
import { useId } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { isProblem } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { leaveToConnect, type Provider } from "./queries";
import { useProviderTexts } from "./texts";

/** A button that connects a service. */
export function Connect({ provider }: { provider: Provider }) {
  const t = useProviderTexts();
  const noteId = useId();
  const { label, is_available: isAvailable } = provider;
  const { mutate, isPending, isSuccess } = useMutation({
    mutationFn: () => leaveToConnect(provider),
    onError: (error) =>
      toast.error(isProblem(error, "provider_unavailable") ? t("away", { label }) : errorMessage(error)),
  });
  return (
    <div className="flex flex-col items-end gap-1">
      <Button
        variant="secondary"
        isBusy={isPending || isSuccess}
        aria-describedby={isAvailable ? undefined : noteId}
        onClick={() => mutate()}
      >
        {t("connections.connect", { label })}
      </Button>
      {!isAvailable && (
        <p id={noteId} className="text-ink-soft text-sm">
          {t("away", { label })}
        </p>
      )}
    </div>
  );
}
