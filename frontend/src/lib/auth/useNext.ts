import { useLocation } from "@tanstack/react-router";
import { validateNext } from "./next";

/** What the sign-in pages are told to come back to: where the person is, or was before. Nothing for the front page. */
export function useNext(): { next?: string } {
  return useLocation({
    select: ({ pathname, href, search }) => {
      if (pathname === "/login" || pathname === "/register") return validateNext(search);
      return href === "/" ? {} : { next: href };
    },
    structuralSharing: true,
  });
}
