import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { ActionDialog } from "../ActionDialog";
import { DateTime } from "../DateTime";
import { adminKeys } from "../queryKeys";
import { useTexts } from "../texts";
import { type ApiKey, apiKeysQuery, revokeApiKey } from "./queries";

/** The API keys of a user, which staff can revoke. */
export function ApiKeys({ userId }: { userId: string }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(apiKeysQuery(userId));
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />;
  if (!data)
    return (
      <div role="status" aria-label={common("loading")}>
        <Skeleton className="h-10 w-full" />
      </div>
    );
  if (data.length === 0) return <p className="text-sm text-ink-soft">{t("api_keys.none")}</p>;
  return (
    <>
      <ul className="flex flex-col gap-4 text-sm">
        {data.map((key) => (
          <Row key={key.id} apiKey={key} onRevoke={() => setRevoked(key)} />
        ))}
      </ul>
      {revoked && (
        <ActionDialog
          title={t("api_keys.revoke_title", { name: revoked.name })}
          text={t("api_keys.revoke_text")}
          actionLabel={t("api_keys.revoke")}
          done={t("api_keys.revoke_done")}
          isDanger
          submit={async (reason) => {
            await revokeApiKey(userId, revoked.id, reason);
            await client.invalidateQueries({ queryKey: adminKeys.apiKeys(userId) });
          }}
          onClose={() => setRevoked(null)}
        />
      )}
    </>
  );
}

function Row({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const t = useTexts();
  const { name, scopes, start, last_used_at, expires_at, revoked_at } = apiKey;
  const isExpired = new Date(expires_at) <= new Date();
  return (
    <li className="flex items-start justify-between gap-3">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <bdi className="break-words">{name}</bdi>
          {revoked_at && <Badge tone="danger">{t("api_keys.revoked")}</Badge>}
        </p>
        <p className="tabular mt-0.5 flex flex-wrap gap-x-2 text-xs text-ink-faint">
          <code>{`${start}…`}</code>
          <span>{scopes.join(", ")}</span>
          {last_used_at ? (
            <span>
              <span>{t("api_keys.used")}</span> <DateTime at={last_used_at} />
            </span>
          ) : (
            <span>{t("api_keys.never_used")}</span>
          )}
          <span>
            <span>{t(isExpired ? "api_keys.expired" : "api_keys.expires")}</span> <DateTime at={expires_at} />
          </span>
        </p>
      </div>
      {!revoked_at && !isExpired && (
        <Button
          variant="secondary"
          size="sm"
          aria-label={t("api_keys.revoke_of", { name })}
          onClick={onRevoke}
        >
          {t("api_keys.revoke")}
        </Button>
      )}
    </li>
  );
}
