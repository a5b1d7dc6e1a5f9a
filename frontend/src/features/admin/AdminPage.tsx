import type { ReactNode } from "react";
import { useTitle } from "~/components/Page";

/** Page layout of the back office: title, actions, and content at full width. */
export function AdminPage({
  title,
  intro,
  before,
  actions,
  children,
}: {
  title: string;
  intro?: ReactNode;
  /** Shown above the title, for example a back link. */
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
      <div className="contents">{children}</div>
    </>
  );
}
