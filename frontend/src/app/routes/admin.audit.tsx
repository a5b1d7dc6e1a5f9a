import { createFileRoute } from "@tanstack/react-router";
import { AuditPage } from "~/features/admin/pages";
import { listSearchOf } from "~/features/admin/search";

export const Route = createFileRoute("/admin/audit")({
  validateSearch: listSearchOf,
  component: () => <AuditPage search={Route.useSearch()} />,
});
