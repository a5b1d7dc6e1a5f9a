import { createFileRoute } from "@tanstack/react-router";
import { EarningsPage } from "~/features/bookings/earnings/EarningsPage";
import { marketplaceQuery } from "~/lib/api/marketplace";

export const Route = createFileRoute("/creator/earnings")({
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: EarningsPage,
});
