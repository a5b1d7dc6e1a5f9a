import { createFileRoute } from "@tanstack/react-router";
import { VerifyPage } from "~/features/users/VerifyPage";

export const Route = createFileRoute("/verify-email")({ component: VerifyPage });
