import type { ComponentProps } from "react";
import { cn } from "~/lib/cn";
import { Spinner } from "./Spinner";

const VARIANTS = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  secondary: "border border-line-strong/60 bg-surface text-ink hover:border-line-strong hover:bg-sunk",
  quiet: "text-ink-soft hover:bg-sunk hover:text-ink",
  danger: "bg-danger text-on-danger hover:opacity-90",
} as const;

const SIZES = {
  sm: "h-9 gap-1.5 px-3 text-sm",
  md: "h-11 gap-2 px-4 text-sm",
  lg: "h-12 gap-2 px-5 text-base",
  icon: "size-11 justify-center",
  "icon-sm": "size-9 justify-center",
} as const;

type ButtonStyle = { variant?: keyof typeof VARIANTS; size?: keyof typeof SIZES };

export function buttonClass(
  { variant = "primary", size = "md" }: ButtonStyle = {},
  className?: string,
): string {
  return cn(
    "inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-control font-semibold transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55",
    VARIANTS[variant],
    SIZES[size],
    className,
  );
}

type Props = ComponentProps<"button"> & ButtonStyle & { isBusy?: boolean };

/** A button. While busy it keeps its size and focus. Use `buttonClass` for links that look like one. */
export function Button({ variant, size, isBusy, className, children, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      className={buttonClass({ variant, size }, className)}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {isBusy && <Spinner />}
      <span className="contents">{children}</span>
    </button>
  );
}
