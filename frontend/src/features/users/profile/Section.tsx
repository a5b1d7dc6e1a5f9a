import type { ReactNode } from "react";
import { Card } from "~/components/Card";

/** A section of the settings: its description next to its fields. */
export function Section({
  id,
  title,
  text,
  children,
}: {
  id: string;
  title: string;
  text: ReactNode;
  children: ReactNode;
}) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      className="grid gap-x-10 gap-y-4 border-t border-line py-8 first:border-t-0 first:pt-0 md:grid-cols-[15rem_1fr]"
    >
      <div>
        <h2 id={`${id}-title`} className="text-base">
          {title}
        </h2>
        <p className="mt-1.5 text-sm text-ink-soft">{text}</p>
      </div>
      <Card className="p-5 sm:p-6">{children}</Card>
    </section>
  );
}
