import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "~/lib/cn";

/** Explains why a list is empty and what to do next. */
export function EmptyState({
  icon: Icon,
  title,
  children,
  action,
  className,
  isPage = false,
}: {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
  /** Makes the title the page's heading, when there is nothing else on the page. */
  isPage?: boolean;
}) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <div className={cn("mx-auto flex max-w-md flex-col items-center px-4 py-14 text-center", className)}>
      <span className="mb-5 inline-flex size-14 items-center justify-center rounded-full bg-accent-soft text-accent-strong">
        <Icon aria-hidden className="size-6" />
      </span>
      <Heading className="text-lg">{title}</Heading>
      {children && <div className="mt-2 text-ink-soft">{children}</div>}
      {action && <div className="mt-6 flex flex-wrap justify-center gap-3">{action}</div>}
    </div>
  );
}
