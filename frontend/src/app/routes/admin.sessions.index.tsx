import { createFileRoute } from "@tanstack/react-router";
import { SessionsPage } from "~/features/admin/pages";
import { listSearchOf } from "~/features/admin/search";

export const Route = createFileRoute("/admin/sessions/")({
  validateSearch: listSearchOf,
  component: () => <SessionsPage search={Route.useSearch()} />,
});
