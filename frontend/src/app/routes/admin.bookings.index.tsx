import { createFileRoute } from "@tanstack/react-router";
import { BookingsPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/bookings/")({
  component: () => <BookingsPage search={Route.useSearch()} />,
});
