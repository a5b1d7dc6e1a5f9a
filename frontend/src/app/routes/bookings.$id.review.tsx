import { createFileRoute } from "@tanstack/react-router";
import { ReviewPage } from "~/features/bookings/review/ReviewPage";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/bookings/$id/review")({
  beforeLoad: requireSignIn,
  component: () => <ReviewPage id={Route.useParams().id} />,
});
