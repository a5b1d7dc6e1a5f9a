import { createFileRoute } from "@tanstack/react-router";
import { LoginPage } from "~/features/users/LoginPage";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { requireVisitor } from "~/lib/auth/me";
import { validateArrival } from "~/lib/auth/next";

export const Route = createFileRoute("/login")({
  validateSearch: validateArrival,
  beforeLoad: requireVisitor,
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: () => <LoginPage {...Route.useSearch()} />,
});
