import { createFileRoute } from "@tanstack/react-router";
import { CatalogPage } from "~/features/sessions/catalog/CatalogPage";
import { prefetchRows } from "~/features/sessions/home/queries";
import { prefetchCatalog, viewerZone } from "~/features/sessions/queries";
import { validateCatalog } from "~/features/sessions/search";
import { marketplaceQuery } from "~/lib/api/marketplace";

export const Route = createFileRoute("/")({
  // boot.js preloads the chunk of this page along with its data, so its loader need not be in the entry
  codeSplitGroupings: [["component", "loader"]],
  validateSearch: validateCatalog,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => {
    void queryClient.prefetchQuery(marketplaceQuery);
    prefetchCatalog(queryClient, deps);
    if (Object.keys(deps).length === 0) void prefetchRows(queryClient, viewerZone(queryClient));
  },
  component: () => <CatalogPage search={Route.useSearch()} />,
});
