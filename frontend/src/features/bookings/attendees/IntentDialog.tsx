import { DetailsDialog } from "../DetailsDialog";
import { RescheduleDialog } from "../RescheduleDialog";
import type { Booking } from "../types";
import { CancelSlotDialog } from "./CancelSlotDialog";
import type { SlotGroup } from "./groups";
import { ReasonDialog } from "./ReasonDialog";

/** A creator's action that needs confirmation. */
export type Intent =
  | { kind: "decline" | "cancel" | "move" | "history"; booking: Booking }
  | { kind: "cancel_slot"; group: SlotGroup };

export function IntentDialog({ intent, onClose }: { intent: Intent; onClose: () => void }) {
  switch (intent.kind) {
    case "decline":
    case "cancel":
      return <ReasonDialog step={intent.kind} booking={intent.booking} onClose={onClose} />;
    case "move":
      return <RescheduleDialog actor="creator" booking={intent.booking} onClose={onClose} />;
    case "history":
      return <DetailsDialog id={intent.booking.id} onClose={onClose} />;
    case "cancel_slot":
      return <CancelSlotDialog group={intent.group} onClose={onClose} />;
  }
}
