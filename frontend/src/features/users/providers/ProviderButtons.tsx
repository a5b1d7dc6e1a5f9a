import { useMutation, useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { isProblem } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { leaveToSignIn, type Provider, providersQuery } from "./queries";
import { useProviderTexts } from "./texts";

type Props = {
  next?: string;
  /** The form above may end with a button of its own for passkeys. */
  isAfterSignIn?: boolean;
};

/** Buttons that sign in with other services. Nothing if there are none. */
export default function ProviderButtons({ next, isAfterSignIn = false }: Props) {
  const t = useProviderTexts();
  const { data: providers } = useQuery(providersQuery);
  const { data: marketplace } = useQuery(marketplaceQuery);
  if (!providers || providers.length === 0) return null;
  return (
    <div className="mt-3 flex flex-col gap-3">
      {!(isAfterSignIn && marketplace?.has_passkeys) && (
        <p className="flex items-center gap-3 text-sm text-ink-soft before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
          {t("or")}
        </p>
      )}
      {providers.map((provider) => (
        <ProviderButton key={provider.name} provider={provider} next={next} />
      ))}
    </div>
  );
}

function ProviderButton({ provider, next }: { provider: Provider; next: string | undefined }) {
  const t = useProviderTexts();
  const noteId = useId();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => leaveToSignIn(provider, next),
  });
  const { label, is_available: isAvailable } = provider;
  return (
    <div className="flex flex-col gap-2">
      {error && (
        <Notice tone="danger">
          {isProblem(error, "provider_unavailable") ? t("away", { label }) : errorMessage(error)}
        </Notice>
      )}
      <Button
        variant="secondary"
        size="lg"
        // until the page is left
        isBusy={isPending || isSuccess}
        aria-describedby={isAvailable ? undefined : noteId}
        className="whitespace-normal"
        onClick={() => mutate()}
      >
        {t("continue", { label })}
      </Button>
      {!isAvailable && (
        <p id={noteId} className="text-sm text-ink-soft">
          {t("away", { label })}
        </p>
      )}
    </div>
  );
}
