import { CircleCheck, PencilLine } from "lucide-react";
import type { ReactNode } from "react";
import { Notice } from "./Notice";

/** Sticks to the bottom of a long form: shows whether there are unsaved changes, next to its buttons. */
export function SaveBar({
  isDirty,
  dirtyText,
  cleanText,
  failure,
  children,
}: {
  isDirty: boolean;
  dirtyText: string;
  /** `null` if there is nothing saved yet. */
  cleanText: string | null;
  /** Why saving failed, shown next to the pressed button. */
  failure?: ReactNode;
  children: ReactNode;
}) {
  const text = isDirty ? dirtyText : cleanText;
  const Icon = isDirty ? PencilLine : CircleCheck;
  return (
    <div className="sticky bottom-0 z-20 -mx-4 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-ground/95 px-4 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] backdrop-blur sm:mx-0 sm:mb-4 sm:rounded-card sm:border sm:bg-raised sm:px-5 sm:shadow-soft">
      {failure && (
        <Notice tone="danger" className="max-h-[40dvh] w-full overflow-y-auto">
          {failure}
        </Notice>
      )}
      <p role="status" className="flex items-center gap-2 text-sm text-ink-soft">
        {text && <Icon aria-hidden className="size-4 shrink-0" />}
        <span>{text}</span>
      </p>
      <div className="ml-auto flex flex-wrap justify-end gap-2">{children}</div>
    </div>
  );
}
