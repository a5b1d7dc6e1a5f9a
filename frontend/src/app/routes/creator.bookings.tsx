import { createFileRoute } from "@tanstack/react-router";
import { AttendeesPage } from "~/features/bookings/attendees/AttendeesPage";
import { validateAttendees } from "~/features/bookings/attendees/search";
import { marketplaceQuery } from "~/lib/api/marketplace";

export const Route = createFileRoute("/creator/bookings")({
  validateSearch: validateAttendees,
  loader: ({ context }) => context.queryClient.ensureQueryData(marketplaceQuery),
  component: () => <AttendeesPage search={Route.useSearch()} />,
});
