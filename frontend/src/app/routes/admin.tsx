import { createFileRoute } from "@tanstack/react-router";
import { AdminShell } from "~/features/admin/pages";
import { listSearchOf } from "~/features/admin/search";
import { needSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/admin")({
  validateSearch: listSearchOf,
  beforeLoad: needSignIn,
  component: AdminShell,
});
