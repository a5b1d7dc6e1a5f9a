import { LoaderCircle } from "lucide-react";
import { cn } from "~/lib/cn";

/** Shows that something is in progress. Hidden from screen readers: the text next to it says what. */
export function Spinner({ className }: { className?: string }) {
  return <LoaderCircle aria-hidden className={cn("size-4 animate-spin", className)} />;
}
