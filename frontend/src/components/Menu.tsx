import { Ellipsis, type LucideIcon } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
import { cn } from "~/lib/cn";
import { Button } from "./Button";

export function Menu({ label, children }: { label: string; children: ReactNode }) {
  // Rendered again when it opens, so that it is put into the <main> of then: the one of the first render may be gone.
  const [isOpen, setOpen] = useState(false);
  return (
    <Radix.Root modal={false} open={isOpen} onOpenChange={setOpen}>
      <Radix.Trigger asChild>
        <Button variant="quiet" size="icon" aria-label={label}>
          <Ellipsis aria-hidden className="size-5" />
        </Button>
      </Radix.Trigger>
      <Radix.Portal container={document.getElementById("main")}>
        <Radix.Content
          align="end"
          sideOffset={4}
          collisionPadding={12}
          className="z-50 min-w-52 animate-fade-in rounded-card border border-line bg-raised p-1.5 shadow-soft"
        >
          <span className="contents">{children}</span>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const ITEM =
  "flex min-h-10 w-full items-center gap-2.5 rounded-control px-3 text-left text-sm font-medium outline-none data-highlighted:bg-sunk";

/** A menu item that runs an action. */
export function MenuItem({
  icon: Icon,
  onSelect,
  isDanger,
  children,
}: {
  icon: LucideIcon;
  onSelect: () => void;
  isDanger?: boolean;
  children: ReactNode;
}) {
  return (
    <Radix.Item onSelect={onSelect} className={cn(ITEM, isDanger && "text-danger")}>
      <Icon aria-hidden className="size-4 shrink-0" />
      <span>{children}</span>
    </Radix.Item>
  );
}

/** A menu item that navigates; its child is the link. */
export function MenuLink({ children }: { children: ReactNode }) {
  return (
    <Radix.Item asChild className={ITEM}>
      {children}
    </Radix.Item>
  );
}
