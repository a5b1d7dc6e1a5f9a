import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { BookingPanel } from "~/features/bookings/book/BookingPanel";
import { type Choice, validateChoice } from "~/features/bookings/book/choice";
import { SessionPage } from "~/features/sessions/detail/SessionPage";
import { SessionSkeleton } from "~/features/sessions/detail/SessionSkeleton";
import { sessionQuery } from "~/features/sessions/queries";
import { marketplaceQuery } from "~/lib/api/marketplace";

const BookingSignIn = lazy(() => import("~/features/users/BookingSignIn"));
const Confirmation = lazy(() => import("~/features/bookings/book/Confirmation"));

export const Route = createFileRoute("/sessions/$id")({
  // boot.js preloads the chunk of this page along with its data, so its loader need not be in the entry
  codeSplitGroupings: [["component", "loader"]],
  validateSearch: validateChoice,
  loader: async ({ context: { queryClient }, params }) => {
    void queryClient.prefetchQuery(marketplaceQuery);
    const session = queryClient.prefetchQuery(sessionQuery(params.id));
    // boot.js shows picture and title: a skeleton in their place would take them away
    if (document.querySelector("[data-shell=head]")) await session;
  },
  component: Session,
});

function Session() {
  const { id } = Route.useParams();
  const choice = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const onChoose = (change: Choice) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  if (choice.booked) {
    return (
      <Suspense fallback={<SessionSkeleton />}>
        <Confirmation bookingId={choice.booked} />
      </Suspense>
    );
  }
  return (
    <SessionPage
      key={id}
      id={id}
      renderPanel={(session, isWide) => (
        <BookingPanel
          session={session}
          choice={choice}
          onChoose={onChoose}
          isWide={isWide}
          renderSignIn={(props) => <BookingSignIn {...props} />}
        />
      )}
    />
  );
}
