import { createFileRoute } from "@tanstack/react-router";
import { RegisterPage } from "~/features/users/RegisterPage";
import { requireVisitor } from "~/lib/auth/me";
import { validateNext } from "~/lib/auth/next";

export const Route = createFileRoute("/register")({
  validateSearch: validateNext,
  beforeLoad: requireVisitor,
  component: () => <RegisterPage next={Route.useSearch().next ?? "/"} />,
});
