import { cn } from "~/lib/cn";

/** Placeholder for loading content. */
export function Skeleton({ className, isRound }: { className?: string; isRound?: boolean }) {
  return (
    <div
      aria-hidden
      className={cn("animate-shimmer bg-line/70", isRound ? "rounded-full" : "rounded-control", className)}
    />
  );
}
