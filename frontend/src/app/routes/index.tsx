import { createFileRoute } from "@tanstack/react-router";
import { marketplaceQuery } from "~/app/marketplace";
import { CatalogPage } from "~/features/sessions/catalog/CatalogPage";
import { loadCatalog } from "~/features/sessions/queries";
import { validateCatalog } from "~/features/sessions/search";

export const Route = createFileRoute("/")({
  validateSearch: validateCatalog,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => {
    void queryClient.prefetchQuery(marketplaceQuery);
    loadCatalog(queryClient, deps);
  },
  component: () => <CatalogPage search={Route.useSearch()} />,
});
