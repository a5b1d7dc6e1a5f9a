import { createFileRoute } from "@tanstack/react-router";
import { LoginPage } from "~/features/users/LoginPage";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { needVisitor } from "~/lib/auth/me";
import { nextOf } from "~/lib/auth/next";

export const Route = createFileRoute("/login")({
  validateSearch: nextOf,
  beforeLoad: needVisitor,
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: () => <LoginPage next={Route.useSearch().next ?? "/"} />,
});
