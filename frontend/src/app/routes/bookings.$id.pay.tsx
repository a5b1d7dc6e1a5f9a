import { createFileRoute } from "@tanstack/react-router";
import { PayPage } from "~/features/bookings/pay/PayPage";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/bookings/$id/pay")({ beforeLoad: requireSignIn, component: Pay });

function Pay() {
  const { id } = Route.useParams();
  return <PayPage key={id} id={id} />;
}
