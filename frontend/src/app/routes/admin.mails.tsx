import { createFileRoute } from "@tanstack/react-router";
import { MailsPage } from "~/features/admin/pages";

export const Route = createFileRoute("/admin/mails")({
  component: () => <MailsPage search={Route.useSearch()} />,
});
