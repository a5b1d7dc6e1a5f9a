import { createFileRoute } from "@tanstack/react-router";
import { PaymentPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/payments/$id")({
  component: () => <PaymentPage key={Route.useParams().id} id={Route.useParams().id} />,
});
