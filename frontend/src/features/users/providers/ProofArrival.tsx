import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { toast } from "sonner";
import { failureOf } from "./failures";
import { providersQuery } from "./queries";
import { useProviderTexts } from "./texts";

/** Says once what came of a proof at another service, and takes it out of the address. */
export default function ProofArrival({ came, provider }: { came: string; provider: string | undefined }) {
  const t = useProviderTexts();
  const navigate = useNavigate();
  const { data, isPending } = useQuery(providersQuery);
  const label = data?.find(({ name }) => name === provider)?.label ?? t("other");
  useEffect(() => {
    if (isPending) return;
    if (came === "done") toast.success(t("proof.done"), { id: "proof" });
    else toast.error(t(`failures.${failureOf(came)}`, { label }), { id: "proof" });
    void navigate({
      to: ".",
      search: ({ proof: _, provider: __, ...search }: Record<string, unknown>) => search as never,
      hash: true,
      replace: true,
    });
  }, [came, label, isPending, navigate, t]);
  return null;
}
