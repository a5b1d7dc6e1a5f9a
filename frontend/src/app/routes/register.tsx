import { createFileRoute } from "@tanstack/react-router";
import { nextOf } from "~/app/next";
import { needVisitor } from "~/features/users/me";
import { RegisterPage } from "~/features/users/RegisterPage";

export const Route = createFileRoute("/register")({
  validateSearch: nextOf,
  beforeLoad: needVisitor,
  component: () => <RegisterPage next={Route.useSearch().next ?? "/"} />,
});
