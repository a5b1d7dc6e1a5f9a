import { createFileRoute } from "@tanstack/react-router";
import { marketplaceQuery } from "~/app/marketplace";
import { nextOf } from "~/app/next";
import { LoginPage } from "~/features/users/LoginPage";
import { needVisitor } from "~/features/users/me";

export const Route = createFileRoute("/login")({
  validateSearch: nextOf,
  beforeLoad: needVisitor,
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: () => <LoginPage next={Route.useSearch().next ?? "/"} />,
});
