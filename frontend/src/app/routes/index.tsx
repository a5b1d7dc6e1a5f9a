import { createFileRoute } from "@tanstack/react-router";
import { CatalogPage } from "~/features/sessions/catalog/CatalogPage";
import { prefetchRows } from "~/features/sessions/home/queries";
import { prefetchCatalog, viewerZone } from "~/features/sessions/queries";
import { validateCatalog } from "~/features/sessions/search";
import { marketplaceQuery } from "~/lib/api/marketplace";

/** Milliseconds that the first rendering of the home page waits for its rows at most. */
const MAX_WAIT = 500;

export const Route = createFileRoute("/")({
  // boot.js preloads the chunk of this page along with its data, so its loader need not be in the entry
  codeSplitGroupings: [["component", "loader"]],
  validateSearch: validateCatalog,
  loaderDeps: ({ search }) => search,
  loader: async ({ context: { queryClient }, deps }) => {
    const isHome = Object.keys(deps).length === 0;
    const loads = [queryClient.prefetchQuery(marketplaceQuery), prefetchCatalog(queryClient, deps)];
    if (isHome) loads.push(prefetchRows(queryClient, viewerZone(queryClient)));
    // boot.js shows the hero, and has requested all of it: rows that are there are rendered once, without a skeleton
    if (isHome && document.querySelector("[data-shell=head]")) {
      await Promise.race([Promise.all(loads), new Promise((resolve) => setTimeout(resolve, MAX_WAIT))]);
    }
  },
  component: () => <CatalogPage search={Route.useSearch()} />,
});
