import { useMemo } from "react";
import { displayName } from "~/lib/auth/me";
import { BulkBar } from "../bulk/BulkBar";
import { DateTime } from "../DateTime";
import { ListPage } from "../list/ListPage";
import type { Listing } from "../list/listing";
import { Person } from "../Person";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { AccountBadges } from "./AccountBadges";
import { type UserRow, userRows } from "./rows";

function useListing(): Listing<UserRow> {
  const t = useTexts();
  return useMemo(() => {
    const yes_no = [
      { value: "true", label: t("filter.yes") },
      { value: "false", label: t("filter.no") },
    ];
    return {
      name: "users",
      ordering: "-date_joined",
      fetchRows: userRows,
      nameOf: displayName,
      linkTo: ({ id }) => ({ to: "/admin/users/$id", params: { id } }),
      columns: [
        {
          name: "name",
          fields: ["first_name", "last_name", "email"],
          head: t("users.person"),
          sort: "email",
          cell: (user) => <Person person={user} />,
        },
        { name: "username", head: t("users.username"), sort: "username", cell: ({ username }) => username },
        { name: "role", head: t("users.role"), cell: ({ role }) => t(`role.${role}`) },
        {
          name: "state",
          fields: ["is_active", "is_staff", "is_superuser"],
          head: t("users.state"),
          cell: (user) => <AccountBadges account={user} />,
        },
        { name: "time_zone", head: t("users.zone"), isSpare: true, cell: ({ time_zone }) => time_zone },
        { name: "id", head: t("id"), isSpare: true, cell: ({ id }) => <code className="text-xs">{id}</code> },
        {
          name: "date_joined",
          head: t("users.joined"),
          sort: "date_joined",
          cell: ({ date_joined }) => <DateTime at={date_joined} />,
        },
      ],
      filters: [
        {
          kind: "choice",
          name: "role",
          label: t("users.role"),
          options: [
            { value: "user", label: t("role.user") },
            { value: "creator", label: t("role.creator") },
          ],
        },
        { kind: "choice", name: "is_active", label: t("users.active"), options: yes_no },
        { kind: "choice", name: "is_staff", label: t("users.staff"), options: yes_no },
        { kind: "days", name: "joined", label: t("users.joined"), from: "joined_from", to: "joined_to" },
      ],
    };
  }, [t]);
}

export function UsersPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const listing = useListing();
  return (
    <ListPage
      title={t("nav.users")}
      listing={listing}
      search={search}
      bulk={(props) => <BulkBar kind="users" {...props} />}
    />
  );
}
