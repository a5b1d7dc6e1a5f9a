import { type ReactElement, type ReactNode, useId } from "react";
import { Card } from "~/components/Card";

/** A section of a detail page: heading, link to more, and content. */
export function Panel({
  title,
  action,
  children,
}: {
  title: string;
  action?: ReactElement | null | undefined;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <Card>
      <section aria-labelledby={id} className="p-4 sm:p-5">
        <div className="mb-3 flex min-h-9 items-center justify-between gap-3">
          <h2 id={id} className="text-base">
            {title}
          </h2>
          {action}
        </div>
        <div className="contents">{children}</div>
      </section>
    </Card>
  );
}

export type FactRow = { name: string; value: ReactNode };

/** A list of labelled values. */
export function Facts({ facts }: { facts: FactRow[] }) {
  return (
    <dl className="flex flex-col gap-2.5 text-sm">
      {facts.map(({ name, value }) => (
        <div key={name} className="flex flex-wrap justify-between gap-x-4">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="tabular ml-auto min-w-0 text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
