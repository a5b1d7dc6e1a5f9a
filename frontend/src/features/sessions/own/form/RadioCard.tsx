import type { ComponentProps, ReactNode } from "react";

/** A radio button with an explanation. */
export function RadioCard({
  title,
  text,
  ...input
}: { title: string; text: ReactNode } & Omit<ComponentProps<"input">, "type" | "title">) {
  return (
    <label className="relative flex cursor-pointer gap-3 rounded-card border border-line-strong/60 p-4 transition-colors hover:border-line-strong has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      <input type="radio" className="peer relative z-10 mt-1 size-4 shrink-0 accent-accent" {...input} />
      <span
        aria-hidden
        className="absolute -inset-px rounded-card border border-transparent peer-checked:border-accent peer-checked:bg-accent-soft"
      />
      <span className="relative min-w-0">
        <span className="block text-sm font-semibold">{title}</span>
        <span className="mt-0.5 block text-sm text-ink-soft">{text}</span>
      </span>
    </label>
  );
}
