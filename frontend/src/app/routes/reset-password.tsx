import { createFileRoute } from "@tanstack/react-router";
import { ResetPage } from "~/features/users/ResetPage";

export const Route = createFileRoute("/reset-password")({ component: ResetPage });
