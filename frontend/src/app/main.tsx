import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import "~/lib/i18n";
import "./styles.css";
import { queryClient } from "~/lib/api/queryClient";
import { followLogin } from "./followLogin";
import { router } from "./router";
import { applyTheme, storedTheme } from "./theme";

applyTheme(storedTheme());
followLogin(router);

// the router reloads a page whose code is missing, since a new version may have replaced it; offline that would lose the page
addEventListener("vite:preloadError", ({ payload }) => {
  if (!navigator.onLine) payload.message = `Offline: ${payload.message}`;
});

/** Milliseconds for which an empty page is taken for one that comes at once; then its outline is shown. */
const SHELL_DELAY_MS = 400;

const container = document.getElementById("app");
if (!container) throw new Error("index.html has no place for the application");

function renderApp(root: HTMLElement): void {
  // in steps, so that a press or a key meanwhile is answered
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

// what stands already stays until the page is there, so that it is drawn once and in steps; where only the shell stands,
// for a moment at most
const isHeadShown = document.querySelector("[data-shell=head]") !== null;
const shellTimeout = new Promise((resolve) => isHeadShown || setTimeout(resolve, SHELL_DELAY_MS));
void Promise.race([router.load(), shellTimeout]).finally(() => renderApp(container));
