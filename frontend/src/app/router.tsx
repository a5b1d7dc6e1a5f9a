import { createRouter } from "@tanstack/react-router";
import { NotFound } from "~/components/NotFound";
import { queryClient } from "~/lib/api/queryClient";
import { firstRoutes } from "./firstRoutes";
import { PageCrash } from "./layout/PageCrash";
import { PagePending } from "./layout/PagePending";

const RELOADED = "marketplace.reloaded-for-routes";

export const router = createRouter({
  routeTree: firstRoutes,
  context: { queryClient, addOtherRoutes },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 250,
  scrollRestoration: true,
  defaultNotFoundComponent: () => <NotFound />,
  defaultErrorComponent: PageCrash,
  defaultPendingComponent: PagePending,
});

let areAllAdded = false;

/** Loads the routes that the entry lacks. Returns whether it added them, so `false` once they are there. */
export async function addOtherRoutes(): Promise<boolean> {
  if (areAllAdded) return false;
  await import("./routes.gen").catch(reloadOnce);
  if (!areAllAdded) router.setRoutes(router.buildRouteTree());
  areAllAdded = true;
  return true;
}

/** Reloads the page whose code a new version has replaced, as the router does for pages. */
async function reloadOnce(error: unknown): Promise<void> {
  if (!navigator.onLine || sessionStorage.getItem(RELOADED)) throw error;
  sessionStorage.setItem(RELOADED, "1");
  location.reload();
  await new Promise(() => undefined);
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
