import { createFileRoute } from "@tanstack/react-router";
import { RegisterPage } from "~/features/users/RegisterPage";
import { requireVisitor } from "~/lib/auth/me";
import { validateNext } from "~/lib/auth/next";

export const Route = createFileRoute("/register")({
  validateSearch: (search): { next?: string; role?: "creator" } => ({
    ...validateNext(search),
    ...(search.role === "creator" && { role: "creator" }),
  }),
  beforeLoad: requireVisitor,
  component: () => <RegisterPage {...Route.useSearch()} />,
});
