import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "~/lib/cn";

export const TAB_ROW = "no-scrollbar flex gap-1 overflow-x-auto border-b border-line";

/** Style of a tab; `data-state` or `data-status` of the element marks the active one. */
export const TAB = cn(
  "inline-flex h-11 shrink-0 items-center gap-2 border-b-2 border-transparent px-3 text-sm font-semibold text-ink-soft transition-colors hover:text-ink focus-visible:-outline-offset-2 group-data-tapped/tabs:outline-none",
  "data-[state=active]:border-accent data-[state=active]:text-accent-strong data-[status=active]:border-accent data-[status=active]:text-accent-strong",
);

export type Tab<Name extends string> = { name: Name; label: ReactNode; content: ReactNode };

/** Tabs within a page. Inactive panels stay mounted, so that typed values are kept. */
export function Tabs<Name extends string>({
  label,
  tabs,
  shown,
  onShow,
}: {
  label: string;
  tabs: Tab<Name>[];
  shown: Name;
  onShow: (name: Name) => void;
}) {
  return (
    <Radix.Root value={shown} onValueChange={(name) => onShow(name as Name)}>
      <Radix.List
        aria-label={label}
        // Radix sets the focus by script, so browsers draw the ring also after a tap
        onPointerDown={({ currentTarget }) => currentTarget.setAttribute("data-tapped", "")}
        onKeyDown={({ currentTarget }) => currentTarget.removeAttribute("data-tapped")}
        onBlur={({ currentTarget, relatedTarget }) =>
          currentTarget.contains(relatedTarget) || currentTarget.removeAttribute("data-tapped")
        }
        className={cn(TAB_ROW, "group/tabs")}
      >
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.name} value={tab.name} className={TAB}>
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.name}
          value={tab.name}
          forceMount
          tabIndex={-1}
          className="pt-6 outline-none data-[state=inactive]:hidden"
        >
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
