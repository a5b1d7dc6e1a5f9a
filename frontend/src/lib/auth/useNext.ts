import { useLocation } from "@tanstack/react-router";
import { nextOf } from "./next";

/** What the sign-in pages are told to come back to: where the person is, or was before. Nothing for the front page. */
export function useNext(): { next?: string } {
  return useLocation({
    select: ({ pathname, href, search }) => {
      if (pathname === "/login" || pathname === "/register") return nextOf(search);
      return href === "/" ? {} : { next: href };
    },
    structuralSharing: true,
  });
}
