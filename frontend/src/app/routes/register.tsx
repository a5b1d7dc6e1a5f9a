import { createFileRoute } from "@tanstack/react-router";
import { RegisterPage } from "~/features/users/RegisterPage";
import { needVisitor } from "~/lib/auth/me";
import { nextOf } from "~/lib/auth/next";

export const Route = createFileRoute("/register")({
  validateSearch: nextOf,
  beforeLoad: needVisitor,
  component: () => <RegisterPage next={Route.useSearch().next ?? "/"} />,
});
