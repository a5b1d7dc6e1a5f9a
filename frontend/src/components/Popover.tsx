import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** A small panel next to its trigger. Focus moves into it and returns on close. */
export function Popover({
  isOpen,
  onOpen,
  trigger,
  label,
  align = "end",
  children,
}: {
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  trigger: ReactNode;
  label: string;
  align?: "start" | "end";
  children: ReactNode;
}) {
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={12}
          aria-label={label}
          className="z-50 max-h-(--radix-popover-content-available-height) min-w-64 animate-fade-in overflow-y-auto rounded-card border border-line bg-raised p-4 shadow-soft outline-none"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
