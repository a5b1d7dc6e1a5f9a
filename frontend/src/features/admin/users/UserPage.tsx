import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Avatar } from "~/components/Avatar";
import { BackLink } from "~/components/BackLink";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { useLanguageName } from "~/features/sessions/where";
import { displayName, useMe } from "~/lib/auth/me";
import { useZoneName } from "~/lib/time/time";
import { AdminPage } from "../AdminPage";
import { Log } from "../audit/Log";
import { DateTime } from "../DateTime";
import { MailList } from "../mails/MailList";
import { RefusedAddress } from "../mails/RefusedAddress";
import { Facts, Panel } from "../Panel";
import { CommissionPanel } from "../payments/CommissionPanel";
import { QueryResult } from "../QueryResult";
import { useTexts } from "../texts";
import { AccountActions, type AccountIntent } from "./AccountActions";
import { AccountBadges } from "./AccountBadges";
import { AccountDialog } from "./AccountDialog";
import { ApiKeys } from "./ApiKeys";
import { Logins } from "./Logins";
import { type AccountDetails, accountQuery } from "./queries";
import { UserBookings, UserSessions } from "./UserActivity";
import { WaysIn } from "./WaysIn";

/** An account with related records and staff actions. */
export function UserPage({ id }: { id: string }) {
  const t = useTexts();
  const query = useQuery(accountQuery(id));
  return (
    <QueryResult
      query={query}
      title={t("users.one")}
      back={<BackLink to="/admin/users">{t("nav.users")}</BackLink>}
    >
      {(account) => <Details account={account} />}
    </QueryResult>
  );
}

function Details({ account }: { account: AccountDetails }) {
  const t = useTexts();
  const me = useMe();
  const [intent, setIntent] = useState<AccountIntent | null>(null);
  const mayEndLogins = !!me && me.id !== account.id && (me.is_superuser || !account.is_staff);
  const name = displayName(account);
  const zone = useZoneName(account.time_zone);
  const language = useLanguageName();
  return (
    <AdminPage
      before={<BackLink to="/admin/users">{t("nav.users")}</BackLink>}
      title={name}
      intro={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <Avatar person={account} />
          {!account.deleted_at && <span className="break-all">{account.email}</span>}
          <Badge>{t(`role.${account.role}`)}</Badge>
          <AccountBadges account={account} />
        </span>
      }
      actions={<AccountActions account={account} onIntent={setIntent} />}
    >
      <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_22rem] xl:items-start">
        <div className="flex min-w-0 flex-col gap-5">
          {account.role === "creator" && <UserSessions account={account} />}
          <UserBookings account={account} />
          <Panel title={t("mails.title")}>
            <RefusedAddress account={account} />
            <MailList of={{ user: account.id }} />
          </Panel>
          <Panel
            title={t("log.title")}
            action={
              <Link
                to="/admin/audit"
                search={{ target: account.id }}
                className="text-sm font-semibold text-accent underline-offset-4 hover:underline"
              >
                {t("see_all")}
              </Link>
            }
          >
            <Log entries={account.log} />
          </Panel>
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Panel
            title={t("users.account")}
            action={
              account.deleted_at ? null : (
                <Button variant="secondary" size="sm" onClick={() => setIntent("edit")}>
                  {t("edit")}
                </Button>
              )
            }
          >
            <Facts
              facts={[
                { name: t("users.username"), value: account.username },
                { name: t("users.joined"), value: <DateTime at={account.date_joined} /> },
                ...(account.deleted_at
                  ? [{ name: t("users.deleted"), value: <DateTime at={account.deleted_at} /> }]
                  : []),
                { name: t("users.zone"), value: zone },
                ...(account.languages.length > 0
                  ? [{ name: t("users.languages"), value: account.languages.map(language).join(", ") }]
                  : []),
                { name: t("id"), value: <code className="text-xs break-all">{account.id}</code> },
              ]}
            />
            {account.bio && (
              <p
                dir="auto"
                className="mt-4 whitespace-pre-line break-words border-t border-line pt-4 text-sm"
              >
                {account.bio}
              </p>
            )}
            {account.role === "creator" && account.is_active && (
              <Link
                to="/creators/$username"
                params={{ username: account.username }}
                className="mt-4 inline-flex text-sm font-semibold text-accent underline-offset-4 hover:underline"
              >
                {t("users.see_page")}
              </Link>
            )}
          </Panel>
          {account.role === "creator" && <CommissionPanel creator={account.id} name={name} />}
          <Panel title={t("ways_in.title")}>
            <WaysIn userId={account.id} />
          </Panel>
          <Panel title={t("logins.title")}>
            <Logins account={account} canEnd={mayEndLogins} />
          </Panel>
          <Panel title={t("api_keys.title")}>
            <ApiKeys userId={account.id} />
          </Panel>
        </div>
      </div>
      {intent && me && <AccountDialog account={account} intent={intent} onClose={() => setIntent(null)} />}
    </AdminPage>
  );
}
