import { Popover as Radix } from "radix-ui";
import type { RefObject } from "react";
import { FilterContent } from "./FilterContent";
import type { FilterBarProps, WithControl } from "./filters";

/**
 * The panel below a chip. It is loaded when the first one is wanted, so it is placed next to its chip rather than around it:
 * a chip that is replaced while it is pressed would lose its focus.
 */
export default function FilterPopover({
  chip,
  label,
  onClose,
  ...given
}: FilterBarProps & {
  filter: WithControl;
  chip: RefObject<HTMLButtonElement | null>;
  label: string;
  onClose: () => void;
}) {
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
          // a press on the chip closes by itself
          onInteractOutside={(event) => {
            if (event.target instanceof Node && chip.current?.contains(event.target)) event.preventDefault();
          }}
          className="z-50 max-h-(--radix-popover-content-available-height) min-w-64 animate-fade-in overflow-y-auto rounded-card border border-line bg-raised p-4 shadow-soft outline-none"
        >
          <FilterContent {...given} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
