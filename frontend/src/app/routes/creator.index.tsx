import { createFileRoute } from "@tanstack/react-router";
import { marketplaceQuery } from "~/app/marketplace";
import { OwnPage } from "~/features/sessions/own/OwnPage";

export const Route = createFileRoute("/creator/")({
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: OwnPage,
});
