import { createFileRoute } from "@tanstack/react-router";
import { TextPage } from "~/features/texts/TextPage";

export const Route = createFileRoute("/texts/$name")({
  component: () => <TextPage name={Route.useParams().name} />,
});
