import { createFileRoute } from "@tanstack/react-router";
import { nextOf } from "~/app/next";
import { RegisterPage } from "~/features/users/RegisterPage";

export const Route = createFileRoute("/register")({
  validateSearch: nextOf,
  component: () => <RegisterPage next={Route.useSearch().next ?? "/"} />,
});
