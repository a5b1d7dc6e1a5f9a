import { type ComponentType, lazy } from "react";

const RETRY_DELAY_MS = 30_000;

/** A lazy component that retries when the browser is back online, instead of breaking the page. */
export function lazyWithRetry<Props>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(async (): Promise<{ default: ComponentType<Props> }> => {
    for (;;) {
      const loaded = await load().catch(() => null);
      if (loaded) return loaded;
      await new Promise<void>((resolve) => {
        addEventListener("online", () => resolve(), { once: true });
        setTimeout(resolve, RETRY_DELAY_MS);
      });
    }
  });
}
