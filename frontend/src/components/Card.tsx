import type { ComponentProps } from "react";
import { cn } from "~/lib/cn";

/** A surface that stands out from the ground. */
export function Card({ className, ...rest }: ComponentProps<"div">) {
  return (
    <div className={cn("rounded-card border border-line bg-surface shadow-soft", className)} {...rest} />
  );
}
