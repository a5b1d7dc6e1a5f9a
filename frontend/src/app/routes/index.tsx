import { createFileRoute } from "@tanstack/react-router";
import { CatalogPage } from "~/features/sessions/catalog/CatalogPage";
import { prefetchCatalog } from "~/features/sessions/queries";
import { validateCatalog } from "~/features/sessions/search";
import { marketplaceQuery } from "~/lib/api/marketplace";

export const Route = createFileRoute("/")({
  validateSearch: validateCatalog,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => {
    void queryClient.prefetchQuery(marketplaceQuery);
    prefetchCatalog(queryClient, deps);
  },
  component: () => <CatalogPage search={Route.useSearch()} />,
});
