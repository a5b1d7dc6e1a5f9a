import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import "~/lib/i18n";
import "./styles.css";
import { queryClient } from "~/lib/api/queryClient";
import { loadOffsets } from "~/lib/time/offsets";
import { browserZone } from "~/lib/time/zone";
import { followLogin } from "./followLogin";
import { addOtherRoutes, router } from "./router";
import { applyTheme, storedTheme } from "./theme";

applyTheme(storedTheme());
followLogin(router);

// the router reloads a page whose code is missing, since a new version may have replaced it; offline that would lose the page
addEventListener("vite:preloadError", ({ payload }) => {
  if (!navigator.onLine) payload.message = `Offline: ${payload.message}`;
});

/** Delay in milliseconds before the page's skeleton is shown, to avoid a flash on fast loads. */
const SHELL_DELAY_MS = 400;

/** Delay in milliseconds after which the other pages' routes are loaded, so that they do not compete with the first page. */
const OTHER_ROUTES_DELAY_MS = 1500;

const container = document.getElementById("app");
if (!container) throw new Error("index.html has no place for the application");

function renderApp(root: HTMLElement): void {
  // render in a transition, so that input stays responsive
  startTransition(() =>
    createRoot(root).render(
      <StrictMode>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </StrictMode>,
    ),
  );
}

// keep the header that is already visible until the page is ready, so that it is drawn once; otherwise show the
// skeleton after a short delay
const isHeadShown = document.querySelector("[data-shell=head]") !== null;
const shellTimeout = new Promise((resolve) => isHeadShown || setTimeout(resolve, SHELL_DELAY_MS));
const [, , firstRoute] = router.getMatchedRoutes(router.latestLocation.pathname);
const isElsewhere = firstRoute?.id === "/$";
// of a page elsewhere, boot.js has preloaded the routes; a failure comes up again when the router loads the page
const routesLoad = isElsewhere ? addOtherRoutes().catch(() => undefined) : Promise.resolve();
const pageLoad = Promise.all([routesLoad.then(() => router.load()), loadOffsets(browserZone())]);
void Promise.race([pageLoad, shellTimeout]).finally(() => {
  renderApp(container);
  if (!isElsewhere) setTimeout(() => void addOtherRoutes().catch(() => undefined), OTHER_ROUTES_DELAY_MS);
});
