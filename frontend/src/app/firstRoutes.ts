import type { AnyRoute } from "@tanstack/react-router";
import { Route as rootRoute } from "./routes/__root";
import { Route as elsewhere } from "./routes/$";
import { Route as catalog } from "./routes/index";
import { Route as session } from "./routes/sessions.$id";
import type { routeTree } from "./routes.gen";

/**
 * The routes that the entry knows: the two most visited pages, and one that matches every other address until
 * `routes.gen.ts` has completed the tree.
 */
export const firstRoutes = rootRoute._addFileChildren([
  placed(catalog, "/"),
  placed(session, "/sessions/$id"),
  placed(elsewhere, "/$"),
]) as unknown as typeof routeTree;

/** Sets what `routes.gen.ts` sets. */
function placed(route: AnyRoute, path: string): AnyRoute {
  Object.assign(route.options, { id: path, path, getParentRoute: () => rootRoute });
  return route;
}
