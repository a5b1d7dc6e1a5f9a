import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { validateChoice } from "~/features/bookings/book/choice";
import { SessionPage } from "~/features/sessions/detail/SessionPage";
import { sessionQuery } from "~/features/sessions/queries";
import { marketplaceQuery } from "~/lib/api/marketplace";

export const Route = createFileRoute("/sessions/$id")({
  validateSearch: validateChoice,
  loader: ({ context: { queryClient }, params }) => {
    void queryClient.prefetchQuery(marketplaceQuery);
    void queryClient.prefetchQuery(sessionQuery(params.id));
  },
  component: Session,
});

function Session() {
  const { id } = Route.useParams();
  const choice = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  return (
    <SessionPage
      key={id}
      id={id}
      choice={choice}
      onChoose={(change) =>
        void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false })
      }
    />
  );
}
