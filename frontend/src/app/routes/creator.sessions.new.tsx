import { createFileRoute } from "@tanstack/react-router";
import { NewSessionPage } from "~/features/sessions/own/NewSessionPage";
import { marketplaceQuery } from "~/lib/api/marketplace";

export const Route = createFileRoute("/creator/sessions/new")({
  validateSearch: ({ copy }): { copy?: string } => (typeof copy === "string" ? { copy } : {}),
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: () => <NewSessionPage copy={Route.useSearch().copy} />,
});
