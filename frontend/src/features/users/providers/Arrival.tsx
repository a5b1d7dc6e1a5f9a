import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { ErrorState } from "~/components/ErrorState";
import { Notice } from "~/components/Notice";
import { Spinner } from "~/components/Spinner";
import { queryKeys } from "~/lib/api/queryKeys";
import { homeOf, type Me } from "~/lib/auth/me";
import { failureOf } from "./failures";
import { SecondStep } from "./SecondStep";
import { signInByCookie } from "./signInHere";
import { useProviderTexts } from "./texts";
import { useLabel } from "./useLabel";

type Props = { came: string; provider: string; next: string | undefined };

/** What came of signing in with another service: goes on, asks for a code, or says why not. */
export default function Arrival({ came, provider, next }: Props) {
  const t = useProviderTexts();
  const router = useRouter();
  const label = useLabel(provider);
  const onDone = (me: Me) => router.history.replace(next ?? homeOf(me));
  if (came === "done") return <Finishing onDone={onDone} />;
  if (came === "second_factor") return <SecondStep onDone={onDone} />;
  return (
    <Notice tone="danger" className="mb-6">
      {t(`failures.${failureOf(came)}`, { label })}
    </Notice>
  );
}

function Finishing({ onDone }: { onDone: (me: Me) => void }) {
  const t = useProviderTexts();
  const { data, error, refetch } = useQuery({
    queryKey: queryKeys.arrival,
    queryFn: signInByCookie,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  useEffect(() => {
    if (data) onDone(data);
  }, [data, onDone]);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} className="mb-6" />;
  return (
    <p role="status" className="mb-6 flex items-center gap-3">
      <Spinner /> {t("finishing")}
    </p>
  );
}
