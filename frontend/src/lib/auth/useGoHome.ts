import { useRouter } from "@tanstack/react-router";

declare module "@tanstack/react-router" {
  interface HistoryState {
    leaving?: string;
  }
}

/**
 * Goes to the front page before a login ends, so that a page with unsaved changes can ask first. Says whether the
 * person got there: one who stays may yet go home in another way, which is not meant.
 */
export function useGoHome(): () => Promise<boolean> {
  const router = useRouter();
  return async () => {
    const leaving = crypto.randomUUID();
    await router.navigate({ to: "/", state: { leaving }, replace: router.state.location.pathname === "/" });
    return router.state.location.state.leaving === leaving;
  };
}
