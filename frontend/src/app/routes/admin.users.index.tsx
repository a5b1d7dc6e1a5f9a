import { createFileRoute } from "@tanstack/react-router";
import { UsersPage } from "~/features/admin/pages";
import { listSearchOf } from "~/features/admin/search";

export const Route = createFileRoute("/admin/users/")({
  validateSearch: listSearchOf,
  component: () => <UsersPage search={Route.useSearch()} />,
});
