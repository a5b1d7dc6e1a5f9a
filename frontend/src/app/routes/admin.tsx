import { createFileRoute } from "@tanstack/react-router";
import { AdminShell } from "~/features/admin/pages";
import { needSignIn } from "~/features/users/me";

export const Route = createFileRoute("/admin")({ beforeLoad: needSignIn, component: AdminShell });
