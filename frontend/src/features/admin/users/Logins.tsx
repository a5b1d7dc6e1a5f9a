import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { ActionDialog } from "../ActionDialog";
import { DateTime } from "../DateTime";
import { adminKeys } from "../queryKeys";
import { useTexts } from "../texts";
import { type AccountDetails, endLogins } from "./queries";

type Login = AccountDetails["logins"][number];

/** Where a user is signed in. Staff who may manage the account can end one login, or all. */
export function Logins({ account, canEnd }: { account: AccountDetails; canEnd: boolean }) {
  const t = useTexts();
  const client = useQueryClient();
  const [ended, setEnded] = useState<Login | "all" | null>(null);
  if (account.logins.length === 0) return <p className="text-sm text-ink-soft">{t("logins.none")}</p>;
  return (
    <>
      <ul className="flex flex-col gap-4 text-sm">
        {account.logins.map((login) => (
          <Row key={login.id} login={login} onEnd={canEnd ? () => setEnded(login) : undefined} />
        ))}
      </ul>
      {canEnd && (
        <Button variant="secondary" size="sm" className="mt-4" onClick={() => setEnded("all")}>
          {t("logins.end_all")}
        </Button>
      )}
      {ended && (
        <ActionDialog
          title={t(ended === "all" ? "logins.end_all_title" : "logins.end_title")}
          text={t(ended === "all" ? "logins.end_all_text" : "logins.end_text")}
          actionLabel={t(ended === "all" ? "logins.end_all" : "logins.end")}
          done={t("logins.end_done")}
          isDanger
          submit={async (reason) => {
            await endLogins(account.id, ended === "all" ? null : ended.id, reason);
            await client.invalidateQueries({ queryKey: adminKeys.one("users", account.id) });
          }}
          onClose={() => setEnded(null)}
        />
      )}
    </>
  );
}

function Row({ login, onEnd }: { login: Login; onEnd: (() => void) | undefined }) {
  const t = useTexts();
  const device = login.agent || t("logins.unknown_agent");
  return (
    <li className="flex items-start justify-between gap-3">
      <div className="min-w-0">
        <p className="break-words">{device}</p>
        <p className="tabular mt-0.5 text-xs text-ink-faint">
          <bdi>{login.address ?? t("logins.unknown_address")}</bdi> · {t("logins.since")}{" "}
          <DateTime at={login.created_at} />
        </p>
        {login.is_impersonation && (
          <Badge tone="warn" className="mt-1">
            {t("logins.impersonation")}
          </Badge>
        )}
      </div>
      {onEnd && (
        <Button variant="secondary" size="sm" aria-label={t("logins.end_of", { device })} onClick={onEnd}>
          {t("logins.end")}
        </Button>
      )}
    </li>
  );
}
