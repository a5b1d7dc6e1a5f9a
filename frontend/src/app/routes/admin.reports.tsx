import { createFileRoute } from "@tanstack/react-router";
import { ReportsPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/reports")({
  component: () => <ReportsPage search={Route.useSearch()} />,
});
