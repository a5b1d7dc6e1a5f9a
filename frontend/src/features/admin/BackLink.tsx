import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";

type ListPath =
  | "/admin"
  | "/admin/users"
  | "/admin/sessions"
  | "/admin/bookings"
  | "/admin/bulk"
  | "/admin/payments";

/** Link back to the list. */
export function BackLink({ to, children }: { to: ListPath; children: ReactNode }) {
  return (
    <Link
      to={to}
      className="inline-flex min-h-8 items-center gap-1.5 text-sm font-medium text-ink-soft underline-offset-4 hover:text-ink hover:underline"
    >
      <ArrowLeft aria-hidden className="size-4" />
      <span className="contents">{children}</span>
    </Link>
  );
}
