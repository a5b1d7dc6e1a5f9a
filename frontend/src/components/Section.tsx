import { type ReactNode, useId } from "react";
import { Card } from "./Card";
import { Notice } from "./Notice";

/** A section of a long form: heading, description and errors of the section as a whole. */
export function Section({
  title,
  text,
  fault,
  actions,
  children,
}: {
  title: string;
  text?: ReactNode;
  fault?: string | undefined;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <Card>
      <section aria-labelledby={id} className="p-4 sm:p-6">
        <div className="mb-5 flex flex-wrap items-start justify-between gap-3">
          <div>
            <h2 id={id} className="text-lg">
              {title}
            </h2>
            {text && <p className="mt-1 text-sm text-ink-soft">{text}</p>}
          </div>
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </div>
        {fault && (
          <Notice tone="danger" className="mb-4">
            {fault}
          </Notice>
        )}
        <div className="contents">{children}</div>
      </section>
    </Card>
  );
}
