import { createFileRoute } from "@tanstack/react-router";
import { BookingsPage } from "~/features/bookings/own/BookingsPage";
import { validateBookings } from "~/features/bookings/own/search";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { requireSignIn } from "~/lib/auth/me";

export const Route = createFileRoute("/dashboard")({
  validateSearch: validateBookings,
  beforeLoad: requireSignIn,
  loaderDeps: ({ search: { tab } }) => ({ tab }),
  loader: ({ context: { queryClient }, deps: { tab } }) => {
    void queryClient.prefetchQuery(marketplaceQuery);
    // in the page's own chunk, so that no other page loads it
    void import("~/features/bookings/own/queries").then(({ ownBookingsQuery }) =>
      queryClient.prefetchInfiniteQuery(ownBookingsQuery(tab ?? "upcoming")),
    );
  },
  component: () => <BookingsPage search={Route.useSearch()} />,
});
