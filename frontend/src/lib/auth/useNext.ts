import { useLocation } from "@tanstack/react-router";
import { validateNext } from "./next";

/** The search parameter with which the sign-in pages return to the current page. Empty for the home page. */
export function useNext(): { next?: string } {
  return useLocation({
    select: ({ pathname, href, search }) => {
      if (pathname === "/login" || pathname === "/register") return validateNext(search);
      return href === "/" ? {} : { next: href };
    },
    structuralSharing: true,
  });
}
