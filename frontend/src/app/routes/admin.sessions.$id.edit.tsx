import { createFileRoute } from "@tanstack/react-router";
import { EditPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/sessions/$id/edit")({
  component: () => <EditPage id={Route.useParams().id} />,
});
