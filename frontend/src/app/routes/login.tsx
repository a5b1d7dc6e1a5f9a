import { createFileRoute } from "@tanstack/react-router";
import { marketplaceQuery } from "~/app/marketplace";
import { nextOf } from "~/app/next";
import { LoginPage } from "~/features/users/LoginPage";

export const Route = createFileRoute("/login")({
  validateSearch: nextOf,
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: () => <LoginPage next={Route.useSearch().next ?? "/"} />,
});
