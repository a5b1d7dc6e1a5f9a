import { createFileRoute } from "@tanstack/react-router";
import { OwnPage } from "~/features/sessions/own/OwnPage";
import { marketplaceQuery } from "~/lib/api/marketplace";

export const Route = createFileRoute("/creator/")({
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: OwnPage,
});
