import type { ReactNode } from "react";
import { useTitle } from "~/components/Page";

/** A page's frame in the back office: its name, what can be done there, and the content on all the width there is. */
export function AdminPage({
  title,
  intro,
  before,
  actions,
  children,
}: {
  title: string;
  intro?: ReactNode;
  /** Stands above the title: the way back. */
  before?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <>
      {before && <div className="mb-3">{before}</div>}
      <header className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-2xl">{title}</h1>
          {intro && <div className="mt-2 max-w-prose text-sm text-ink-soft">{intro}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </>
  );
}
