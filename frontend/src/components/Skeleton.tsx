import { cn } from "./cn";

/** Holds the place of what comes. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-shimmer rounded-control bg-line/70", className)} />;
}
