import { useRouter } from "@tanstack/react-router";

declare module "@tanstack/react-router" {
  interface HistoryState {
    leaving?: string;
  }
}

/**
 * Goes to the front page before a login ends, so that a page with unsaved changes can ask first. Returns whether the
 * user got there: after staying, a later visit to the front page does not count.
 */
export function useGoHome(): () => Promise<boolean> {
  const router = useRouter();
  return async () => {
    const leaving = crypto.randomUUID();
    await router.navigate({ to: "/", state: { leaving }, replace: router.state.location.pathname === "/" });
    return router.state.location.state.leaving === leaving;
  };
}
