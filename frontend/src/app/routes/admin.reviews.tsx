import { createFileRoute } from "@tanstack/react-router";
import { ReviewsPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/reviews")({
  component: () => <ReviewsPage search={Route.useSearch()} />,
});
