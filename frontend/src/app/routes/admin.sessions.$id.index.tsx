import { createFileRoute } from "@tanstack/react-router";
import { SessionPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/sessions/$id/")({
  component: () => <SessionPage key={Route.useParams().id} id={Route.useParams().id} />,
});
