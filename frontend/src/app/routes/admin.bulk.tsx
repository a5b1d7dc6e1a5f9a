import { createFileRoute } from "@tanstack/react-router";
import { BulkPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/bulk")({
  component: () => <BulkPage search={Route.useSearch()} />,
});
