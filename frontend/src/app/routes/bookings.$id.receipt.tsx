import { createFileRoute } from "@tanstack/react-router";
import { ReceiptPage } from "~/features/bookings/pay/ReceiptPage";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/bookings/$id/receipt")({
  beforeLoad: requireSignIn,
  component: () => <ReceiptPage id={Route.useParams().id} />,
});
