import { Popover as Radix } from "radix-ui";
import { type RefObject, useEffect } from "react";
import { FilterContent } from "./FilterContent";
import type { FilterBarProps, WithControl } from "./filters";

/**
 * The popover of a filter chip. It is loaded on first use, so it is placed next to its chip instead of around it: a
 * chip that is replaced while pressed would lose focus.
 */
export default function FilterPopover({
  chip,
  label,
  onClose,
  ...props
}: FilterBarProps & {
  filter: WithControl;
  chip: RefObject<HTMLButtonElement | null>;
  label: string;
  onClose: () => void;
}) {
  // below a bar in the middle of the window there is no room, and above it is the headline
  useEffect(() => {
    // no result: some browsers return a promise, which React would call at the end
    chip.current?.closest("[data-filter-bar]")?.scrollIntoView({ block: "start" });
  }, [chip]);
  return (
    <Radix.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Anchor virtualRef={chip as RefObject<HTMLButtonElement>} />
      <Radix.Portal>
        <Radix.Content
          align="start"
          sideOffset={6}
          collisionPadding={12}
          aria-label={label}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            chip.current?.focus();
          }}
          // a click on the chip already closes it
          onInteractOutside={(event) => {
            if (event.target instanceof Node && chip.current?.contains(event.target)) event.preventDefault();
          }}
          className="z-50 max-h-(--radix-popover-content-available-height) min-w-64 animate-fade-in overflow-y-auto rounded-card border border-line bg-raised p-4 shadow-soft outline-none"
        >
          <FilterContent {...props} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
