import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./i18n";
import "./styles.css";
import { followLogin } from "./follow";
import { queryClient } from "./query";
import { router } from "./router";
import { applyTheme, chosenTheme } from "./theme";

applyTheme(chosenTheme());
followLogin(router);

const place = document.getElementById("app");
if (!place) throw new Error("index.html has no place for the application");
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
