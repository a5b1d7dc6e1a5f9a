import { createFileRoute } from "@tanstack/react-router";
import { AdminShell } from "~/features/admin/pages";
import { validateListSearch } from "~/features/admin/search";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/admin")({
  validateSearch: validateListSearch,
  beforeLoad: requireSignIn,
  component: AdminShell,
});
