import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { isProblem } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { identitiesQuery, leaveToProve, type Provider, providersQuery } from "./queries";
import { useProviderTexts } from "./texts";

/** Proves at a connected service that it is still the person who signed in. The page is left, and comes back. */
export function ProviderProof() {
  const t = useProviderTexts();
  const { data: providers } = useQuery(providersQuery);
  const { data: identities } = useQuery(identitiesQuery);
  const asking = providers?.filter(
    ({ name, can_reauthenticate }) =>
      can_reauthenticate && identities?.some(({ provider }) => provider === name),
  );
  if (!asking?.length) return null;
  return (
    <div className="flex flex-col gap-3">
      {asking.map((provider) => (
        <ProofButton key={provider.name} provider={provider} />
      ))}
      <p className="text-ink-soft text-sm">{t("proof.leaves")}</p>
    </div>
  );
}

function ProofButton({ provider }: { provider: Provider }) {
  const t = useProviderTexts();
  const { label } = provider;
  const { mutate, isPending, isSuccess, error } = useMutation({ mutationFn: () => leaveToProve(provider) });
  return (
    <>
      {error && (
        <Notice tone="danger">
          {isProblem(error, "provider_unavailable") ? t("away", { label }) : errorMessage(error)}
        </Notice>
      )}
      <Button isBusy={isPending || isSuccess} className="whitespace-normal" onClick={() => mutate()}>
        {t("proof.button", { label })}
      </Button>
    </>
  );
}
