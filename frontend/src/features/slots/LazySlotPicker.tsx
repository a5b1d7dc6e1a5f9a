import { Suspense } from "react";
import { Skeleton } from "~/components/Skeleton";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import type { SlotPickerProps } from "./SlotPicker";

const SlotPicker = lazyWithRetry<SlotPickerProps>(async () => ({
  default: (await import("./SlotPicker")).SlotPicker,
}));

/** The slot picker, loaded on first use because of its calendar. */
export function LazySlotPicker(props: SlotPickerProps) {
  return (
    <Suspense fallback={<Skeleton className={props.isListFirst ? "h-56 w-full" : "h-96 w-full"} />}>
      <SlotPicker {...props} />
    </Suspense>
  );
}
