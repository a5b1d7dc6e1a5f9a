import { createRouter } from "@tanstack/react-router";
import { NotFound } from "~/components/NotFound";
import { queryClient } from "~/lib/api/queryClient";
import { PageCrash } from "./layout/PageCrash";
import { PagePending } from "./layout/PagePending";
import { routeTree } from "./routes.gen";

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 250,
  scrollRestoration: true,
  defaultNotFoundComponent: () => <NotFound />,
  defaultErrorComponent: PageCrash,
  defaultPendingComponent: PagePending,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
