import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { displayName } from "~/lib/auth/me";
import { i18n } from "~/lib/i18n";
import { useFormatMoney } from "~/lib/money/money";
import { useFormatDuration } from "~/lib/time/duration";
import { BulkBar } from "../bulk/BulkBar";
import { DateTime } from "../DateTime";
import { ListPage } from "../list/ListPage";
import type { Listing } from "../list/listing";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { type SessionRow, sessionRows } from "./rows";
import { SessionBadges } from "./SessionBadges";

type Category = "art";

function useListing(): Listing<SessionRow> {
  const t = useTexts();
  const { t: common } = useTranslation();
  const money = useFormatMoney();
  const duration = useFormatDuration();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what writes money and minutes is the same at every drawing
  return useMemo(() => {
    const category = (name: string) => common(`categories.${name as Category}`, { defaultValue: name });
    const yes_no = [
      { value: "true", label: t("filter.yes") },
      { value: "false", label: t("filter.no") },
    ];
    return {
      name: "sessions",
      ordering: "-created_at",
      fetchRows: sessionRows,
      nameOf: ({ title }) => title,
      linkTo: ({ id }) => ({ to: "/admin/sessions/$id", params: { id } }),
      columns: [
        {
          name: "title",
          head: t("sessions.title"),
          sort: "title",
          cell: ({ title }) => <span className="line-clamp-2">{title}</span>,
        },
        {
          name: "creator",
          fields: ["creator_username", "creator_email"],
          head: t("sessions.creator"),
          cell: ({ creator }) => displayName(creator),
        },
        {
          name: "status",
          fields: ["status", "hidden_at", "archived_at", "featured_at"],
          head: t("sessions.state"),
          cell: (session) => <SessionBadges session={session} />,
        },
        {
          name: "category",
          head: t("sessions.category"),
          isSpare: true,
          cell: ({ category: name }) => category(name ?? "none"),
        },
        {
          name: "price",
          head: t("sessions.price"),
          sort: "price",
          isNumber: true,
          cell: ({ price }) => money(price),
        },
        {
          name: "duration",
          head: t("sessions.duration"),
          sort: "duration",
          isNumber: true,
          cell: ({ duration: minutes }) => duration(minutes),
        },
        {
          name: "max_participants",
          head: t("sessions.seats"),
          isNumber: true,
          isSpare: true,
          cell: ({ max_participants }) => max_participants.toLocaleString(i18n.language),
        },
        { name: "id", head: t("id"), isSpare: true, cell: ({ id }) => <code className="text-xs">{id}</code> },
        {
          name: "created_at",
          head: t("sessions.created"),
          sort: "created_at",
          cell: ({ created_at }) => <DateTime at={created_at} />,
        },
      ],
      filters: [
        {
          kind: "choice",
          name: "status",
          label: t("sessions.state"),
          options: [
            { value: "active", label: t("sessions.active") },
            { value: "inactive", label: t("sessions.inactive") },
          ],
        },
        { kind: "choice", name: "is_hidden", label: t("sessions.hidden"), options: yes_no },
        { kind: "choice", name: "is_featured", label: t("sessions.featured"), options: yes_no },
        { kind: "choice", name: "is_archived", label: t("sessions.archived"), options: yes_no },
        { kind: "person", name: "creator", label: t("sessions.creator") },
        { kind: "amounts", name: "prices", label: t("sessions.price"), from: "min_price", to: "max_price" },
        {
          kind: "days",
          name: "created",
          label: t("sessions.created"),
          from: "created_from",
          to: "created_to",
        },
      ],
    };
  }, [t, common]);
}

/** All sessions, hidden and archived ones too. */
export function SessionsPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const listing = useListing();
  return (
    <ListPage
      title={t("nav.sessions")}
      listing={listing}
      search={search}
      bulk={(props) => <BulkBar kind="sessions" {...props} />}
    />
  );
}
