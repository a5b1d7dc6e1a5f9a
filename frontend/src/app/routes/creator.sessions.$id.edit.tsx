import { createFileRoute } from "@tanstack/react-router";
import { EditSessionPage } from "~/features/sessions/own/EditSessionPage";
import { marketplaceQuery } from "~/lib/api/marketplace";

export const Route = createFileRoute("/creator/sessions/$id/edit")({
  validateSearch: ({ part }): { part?: "times" } => (part === "times" ? { part } : {}),
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: () => <EditSessionPage id={Route.useParams().id} part={Route.useSearch().part ?? "details"} />,
});
