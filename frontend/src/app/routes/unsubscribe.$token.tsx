import { createFileRoute } from "@tanstack/react-router";
import { UnsubscribePage } from "~/features/mail/UnsubscribePage";

export const Route = createFileRoute("/unsubscribe/$token")({
  component: () => <UnsubscribePage token={Route.useParams().token} />,
});
