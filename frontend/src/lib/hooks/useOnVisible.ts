import { type RefCallback, useCallback, useEffect, useRef } from "react";

/**
 * Calls back when an element is less than `margin` below the viewport; once for each value of `isWanted` other than false.
 * An element that stays that near is not seen again by itself, so a list passes its number of pages.
 */
export function useOnVisible(
  isWanted: boolean | number,
  onSeen: () => void,
  margin = 900,
): RefCallback<HTMLElement> {
  const latest = useRef(onSeen);
  useEffect(() => {
    latest.current = onSeen;
  });
  return useCallback(
    (element: HTMLElement | null) => {
      if (!element || !isWanted) return;
      const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
        rootMargin: `0px 0px ${margin}px`,
      });
      observer.observe(element);
      return () => observer.disconnect();
    },
    [isWanted, margin],
  );
}
