import { createFileRoute } from "@tanstack/react-router";
import { AuditPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/audit")({
  component: () => <AuditPage search={Route.useSearch()} />,
});
