import { type ComponentProps, type ReactElement, type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "~/lib/cn";

/** Style of a control without its size. */
export const CONTROL_STYLE = cn(
  "rounded-control border border-line-strong/70 bg-surface text-base text-ink placeholder:text-ink-faint",
  "transition-colors hover:border-line-strong focus-visible:border-accent focus-visible:outline-offset-0",
  "aria-invalid:border-danger disabled:opacity-60",
);

export const CONTROL = cn(CONTROL_STYLE, "w-full px-3.5");

type ControlProps = { id: string; "aria-invalid": true | undefined; "aria-describedby": string | undefined };

/** A label, its control, a hint and an error, linked for screen readers. */
export function Field({
  label,
  hint,
  error,
  isOptional,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  isOptional?: boolean;
  className?: string;
  children: (controlProps: ControlProps) => ReactElement;
}) {
  const id = useId();
  const { t } = useTranslation();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="flex items-baseline gap-2 text-sm font-semibold">
        <span className="contents">{label}</span>
        {isOptional && <span className="text-xs font-normal text-ink-faint">{t("field.optional")}</span>}
      </label>
      {children({
        id,
        "aria-invalid": error ? true : undefined,
        "aria-describedby": describedBy || undefined,
      })}
      {hint && (
        <div id={`${id}-hint`} className="text-xs text-ink-faint">
          {hint}
        </div>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs font-medium text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

/** Text goes in the direction of its first letter. */
export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input dir="auto" className={cn(CONTROL, "h-11", className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea dir="auto" className={cn(CONTROL, "min-h-28 py-2.5", className)} {...rest} />;
}

/** The native select, which works best on phones. */
export function Select({ className, ...rest }: ComponentProps<"select">) {
  return (
    <select className={cn(CONTROL, "h-11 appearance-none bg-no-repeat pr-10 chevron", className)} {...rest} />
  );
}
