import { createFileRoute } from "@tanstack/react-router";
import { marketplaceQuery } from "~/app/marketplace";
import { NewSessionPage } from "~/features/sessions/own/NewSessionPage";

export const Route = createFileRoute("/creator/sessions/new")({
  validateSearch: ({ copy }): { copy?: string } => (typeof copy === "string" ? { copy } : {}),
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: () => <NewSessionPage copy={Route.useSearch().copy} />,
});
