import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";

/**
 * Returns a function that tells whether another page is being opened. Until that page is shown, a delayed change of this
 * page's URL would bring the user back.
 */
export function useIsLeaving(): () => boolean {
  const router = useRouter();
  return useCallback(() => {
    const shown = router.state.resolvedLocation;
    return shown !== undefined && shown.pathname !== router.history.location.pathname;
  }, [router]);
}
