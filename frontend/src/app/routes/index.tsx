import { createFileRoute } from "@tanstack/react-router";
import { CatalogPage } from "~/features/sessions/catalog/CatalogPage";
import { prefetchCatalog } from "~/features/sessions/queries";
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
  },
  component: () => <CatalogPage search={Route.useSearch()} />,
});
