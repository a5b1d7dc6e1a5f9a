import { createFileRoute } from "@tanstack/react-router";
import { InboxPage } from "~/features/mail/InboxPage";

export const Route = createFileRoute("/inbox/")({ component: InboxPage });
