import { createFileRoute } from "@tanstack/react-router";
import { SessionsPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/sessions/")({
  component: () => <SessionsPage search={Route.useSearch()} />,
});
