import type { BookableSession, PickedTime } from "./bookable";
import { OpenTimePicker } from "./OpenTimePicker";
import { ScheduledTimePicker } from "./ScheduledTimePicker";

export type SlotPickerProps = {
  session: BookableSession;
  /** Number of seats that the slot must have. */
  seats: number;
  /** The selected `starts_at`. */
  value: string | null;
  /** `null` if the selection is not bookable. */
  onPick: (time: PickedTime | null) => void;
  /** A start to leave out: the current one of a booking that is being rescheduled. */
  excludedStart?: string;
};

/**
 * Selects a start for booking or rescheduling: a month with its free days and times or, by arrangement, any day and
 * time. Times are in the viewer's zone, with the creator's next to them.
 */
export function SlotPicker(props: SlotPickerProps) {
  return props.session.is_open ? <OpenTimePicker {...props} /> : <ScheduledTimePicker {...props} />;
}
