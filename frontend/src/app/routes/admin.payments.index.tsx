import { createFileRoute } from "@tanstack/react-router";
import { PaymentsPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/payments/")({
  component: () => <PaymentsPage search={Route.useSearch()} />,
});
