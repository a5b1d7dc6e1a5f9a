import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { DateTime } from "../DateTime";
import { ListPage } from "../list/ListPage";
import type { Listing } from "../list/listing";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { ACTIONS } from "./actions";
import { Changes, hasChanges } from "./Changes";
import { Actor } from "./Log";
import { auditRows, type Entry } from "./rows";

const TARGET_PAGES = {
  user: "/admin/users/$id",
  session: "/admin/sessions/$id",
  booking: "/admin/bookings/$id",
  payment: "/admin/payments/$id",
} as const;

function Target({ entry: { target_kind: kind, target_id: id } }: { entry: Entry }) {
  const t = useTexts();
  if (!kind || !id) return null;
  const text = `${t(`log.kind.${kind}`)} ${id.slice(-6)}`;
  if (!(kind in TARGET_PAGES)) return text;
  return (
    <Link
      to={TARGET_PAGES[kind as keyof typeof TARGET_PAGES]}
      params={{ id }}
      className="underline-offset-4 hover:underline"
    >
      {text}
    </Link>
  );
}

function useListing(): Listing<Entry> {
  const t = useTexts();
  return useMemo(
    () => ({
      name: "audit",
      ordering: "-at",
      fetchRows: auditRows,
      nameOf: ({ action }) => t(`log.action.${action}`),
      columns: [
        { name: "action", head: t("log.what"), cell: ({ action }) => t(`log.action.${action}`) },
        { name: "at", head: t("log.when"), sort: "at", cell: ({ at }) => <DateTime at={at} /> },
        {
          name: "actor",
          fields: ["actor_username", "as_username"],
          head: t("log.who"),
          cell: (entry) => <Actor entry={entry} />,
        },
        {
          name: "target",
          fields: ["target_kind", "target_id"],
          head: t("log.to"),
          cell: (entry) => entry.target_kind && <Target entry={entry} />,
        },
        {
          name: "reason",
          head: t("log.why"),
          cell: ({ reason }) =>
            reason && <span className="line-clamp-3 max-w-64 whitespace-normal">{reason}</span>,
        },
        {
          name: "change",
          fields: ["before", "after"],
          head: t("log.change"),
          cell: ({ before, after }) => hasChanges(before, after) && <Changes before={before} after={after} />,
        },
        { name: "address", head: t("log.address"), cell: ({ address }) => address },
        {
          name: "agent",
          head: t("log.agent"),
          isSpare: true,
          cell: ({ agent }) =>
            agent && <span className="line-clamp-2 max-w-72 whitespace-normal">{agent}</span>,
        },
      ],
      filters: [
        {
          kind: "choice",
          name: "action",
          label: t("log.what"),
          options: ACTIONS.map((value) => ({ value, label: t(`log.action.${value}`) })),
        },
        { kind: "person", name: "actor", label: t("log.who") },
        { kind: "person", name: "target", label: t("log.to") },
        { kind: "days", name: "days", label: t("log.when"), from: "from", to: "to" },
      ],
    }),
    [t],
  );
}

/** The append-only audit log: staff actions, sign-ins, refused requests and permission changes. */
export function AuditPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const listing = useListing();
  return <ListPage title={t("nav.audit")} intro={t("log.intro")} listing={listing} search={search} />;
}
