import { createFileRoute } from "@tanstack/react-router";
import { UserPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/users/$id")({
  component: () => <UserPage key={Route.useParams().id} id={Route.useParams().id} />,
});
