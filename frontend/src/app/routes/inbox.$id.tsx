import { createFileRoute } from "@tanstack/react-router";
import { MailPage } from "~/features/mail/MailPage";

export const Route = createFileRoute("/inbox/$id")({
  component: () => <MailPage id={Route.useParams().id} />,
});
