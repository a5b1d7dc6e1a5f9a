import { createFileRoute } from "@tanstack/react-router";
import { BookingPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/bookings/$id")({
  component: () => <BookingPage key={Route.useParams().id} id={Route.useParams().id} />,
});
