import { createFileRoute } from "@tanstack/react-router";
import { ReportsPage } from "~/features/admin/pages";
import { listSearchOf } from "~/features/admin/search";

export const Route = createFileRoute("/admin/reports")({
  validateSearch: listSearchOf,
  component: () => <ReportsPage search={Route.useSearch()} />,
});
