import { Suspense } from "react";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { DetailsDialog } from "../DetailsDialog";
import { RescheduleDialog } from "../RescheduleDialog";
import type { Booking } from "../types";
import { CancelSlotDialog } from "./CancelSlotDialog";
import type { SlotGroup } from "./groups";
import { ReasonDialog } from "./ReasonDialog";

const SlotMessageDialog = lazyWithRetry(() => import("../conversation/SlotMessageDialog"));

/** A creator's action that needs confirmation. */
export type Intent =
  | { kind: "decline" | "cancel" | "move" | "history" | "write"; booking: Booking }
  | { kind: "cancel_slot" | "write_slot"; group: SlotGroup };

export function IntentDialog({ intent, onClose }: { intent: Intent; onClose: () => void }) {
  switch (intent.kind) {
    case "decline":
    case "cancel":
      return <ReasonDialog step={intent.kind} booking={intent.booking} onClose={onClose} />;
    case "move":
      return <RescheduleDialog actor="creator" booking={intent.booking} onClose={onClose} />;
    case "history":
      return <DetailsDialog id={intent.booking.id} onClose={onClose} />;
    case "write":
      return <DetailsDialog id={intent.booking.id} isWriting onClose={onClose} />;
    case "write_slot":
      return (
        <Suspense>
          <SlotMessageDialog slot={intent.group} onClose={onClose} />
        </Suspense>
      );
    case "cancel_slot":
      return <CancelSlotDialog group={intent.group} onClose={onClose} />;
  }
}
