import { createFileRoute, notFound, redirect } from "@tanstack/react-router";

/** Any address that no other route has; at first, any address but those of `firstRoutes.ts`. */
export const Route = createFileRoute("/$")({
  beforeLoad: async ({ context, location }) => {
    if (!(await context.addOtherRoutes())) throw notFound();
    throw redirect({ href: location.href, replace: true });
  },
});
