import { useState } from "react";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { formatDateTime, formatLongDay, useZone } from "~/lib/time/time";
import { type ApiKey, endOf, SCOPE_TEXT } from "./keys";
import { RevokeKeyDialog } from "./RevokeKeyDialog";
import { useKeyTexts } from "./texts";

/** A key in the list. One that has ended stays for a while, without a button. */
export function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const t = useKeyTexts();
  const zone = useZone();
  const [isDialogOpen, setDialogOpen] = useState(false);
  const end = endOf(apiKey, new Date());
  const { name, scopes, start, last_used_at, expires_at, revoked_at } = apiKey;
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 py-4 first:pt-0">
      <div className="min-w-0 flex-1 text-sm">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <bdi className="break-words">{name}</bdi>
          {end && <Badge tone={end === "revoked" ? "danger" : "warn"}>{t(`state.${end}`)}</Badge>}
        </p>
        <p className="mt-1 flex flex-wrap gap-1.5">
          {scopes.map((scope) => (
            <Badge key={scope}>{t(`scope.${SCOPE_TEXT[scope]}`)}</Badge>
          ))}
        </p>
        <p className="tabular mt-1.5 flex flex-wrap gap-x-3 text-ink-soft">
          <span>{t("starts", { start: `${start}…` })}</span>
          <span>
            {last_used_at ? t("used", { when: formatDateTime(last_used_at, zone) }) : t("never_used")}
          </span>
          <span>
            {revoked_at
              ? t("revoked_at", { when: formatLongDay(revoked_at, zone) })
              : t(end ? "expired_at" : "expires_at", { when: formatLongDay(expires_at, zone) })}
          </span>
        </p>
      </div>
      {!end && (
        <Button
          variant="secondary"
          size="sm"
          className="ml-auto"
          aria-label={t("revoke_of", { name })}
          onClick={() => setDialogOpen(true)}
        >
          {t("revoke")}
        </Button>
      )}
      {isDialogOpen && <RevokeKeyDialog apiKey={apiKey} onClose={() => setDialogOpen(false)} />}
    </li>
  );
}
