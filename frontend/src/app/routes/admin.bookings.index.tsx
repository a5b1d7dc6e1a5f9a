import { createFileRoute } from "@tanstack/react-router";
import { BookingsPage } from "~/features/admin/pages";
import { listSearchOf } from "~/features/admin/search";

export const Route = createFileRoute("/admin/bookings/")({
  validateSearch: listSearchOf,
  component: () => <BookingsPage search={Route.useSearch()} />,
});
