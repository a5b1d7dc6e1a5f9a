import { createFileRoute } from "@tanstack/react-router";
import { UsersPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/users/")({
  component: () => <UsersPage search={Route.useSearch()} />,
});
