import { Switch as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "~/lib/cn";

type Props = Omit<ComponentProps<typeof Radix.Root>, "onChange">;

/** A switch that takes effect at once. Needs a label. */
export function Switch({ className, ...rest }: Props) {
  return (
    <Radix.Root
      className={cn(
        "inline-flex h-7 w-12 shrink-0 items-center rounded-full border border-line-strong bg-sunk p-0.5 transition-colors",
        "data-[state=checked]:border-accent data-[state=checked]:bg-accent disabled:cursor-not-allowed disabled:opacity-55",
        className,
      )}
      {...rest}
    >
      <Radix.Thumb className="size-5 rounded-full bg-line-strong transition-transform data-[state=checked]:translate-x-5 data-[state=checked]:bg-on-accent" />
    </Radix.Root>
  );
}
