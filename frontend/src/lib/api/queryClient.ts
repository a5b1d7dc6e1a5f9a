import { QueryClient } from "@tanstack/react-query";
import { isProblem } from "./problem";

const WORTH_ANOTHER_TRY = new Set([0, 429, 502, 503, 504]);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) => count < 2 && isProblem(error) && WORTH_ANOTHER_TRY.has(error.status),
      retryDelay: (count, error) =>
        isProblem(error) && error.retryAfter ? error.retryAfter * 1000 : 400 * 2 ** count,
      refetchOnWindowFocus: true,
      // fail when offline, instead of loading forever
      networkMode: "always",
      refetchOnReconnect: true,
    },
    mutations: { retry: false, networkMode: "always" },
  },
});
