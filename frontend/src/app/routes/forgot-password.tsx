import { createFileRoute } from "@tanstack/react-router";
import { ForgotPage } from "~/features/users/ForgotPage";

export const Route = createFileRoute("/forgot-password")({ component: ForgotPage });
