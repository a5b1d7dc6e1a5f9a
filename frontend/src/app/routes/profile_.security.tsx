import { createFileRoute } from "@tanstack/react-router";
import { SecurityPage } from "~/features/users/security/SecurityPage";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/profile_/security")({
  beforeLoad: requireSignIn,
  component: SecurityPage,
});
