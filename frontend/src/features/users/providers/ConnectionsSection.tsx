import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ErrorState } from "~/components/ErrorState";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { SecuritySection } from "../security/SecuritySection";
import { Connect } from "./Connect";
import { Connection } from "./Connection";
import { failureOf } from "./failures";
import { identitiesQuery, providersQuery } from "./queries";
import { useProviderTexts } from "./texts";
import { useLabel } from "./useLabel";

/** The services that the user can sign in with. Nothing if there are none, and none is connected. */
export default function ConnectionsSection() {
  const t = useProviderTexts();
  const { t: common } = useTranslation();
  const { data: providers } = useQuery(providersQuery);
  const { data: identities, error, refetch } = useQuery(identitiesQuery);
  if (providers?.length === 0 && !identities?.length) return null;
  return (
    <SecuritySection id="connections" title={t("connections.title")} text={t("connections.text")}>
      <div className="flex flex-col gap-4">
        <Arrived />
        {error && !identities && <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />}
        {!error && !identities && (
          <div role="status" aria-label={common("loading")}>
            <Skeleton className="h-14 w-full" />
          </div>
        )}
        {identities?.length === 0 && <p className="text-ink-soft text-sm">{t("connections.none")}</p>}
        {identities && identities.length > 0 && (
          <ul className="flex flex-col divide-y divide-line">
            {identities.map((identity) => (
              <Connection key={identity.id} identity={identity} />
            ))}
          </ul>
        )}
        {providers?.map((provider) => (
          <Connect key={provider.name} provider={provider} />
        ))}
      </div>
    </SecuritySection>
  );
}

/** What came of a way to a service, if the user has just come back from one. */
function Arrived() {
  const t = useProviderTexts();
  const search = useLocation({ select: ({ search }) => search as { oidc?: unknown; provider?: unknown } });
  const label = useLabel(typeof search.provider === "string" ? search.provider : undefined);
  if (typeof search.oidc !== "string") return null;
  if (search.oidc === "done") return <Notice tone="good">{t("connections.connected", { label })}</Notice>;
  return <Notice tone="danger">{t(`failures.${failureOf(search.oidc)}`, { label })}</Notice>;
}
