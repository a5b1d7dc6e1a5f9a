import type { BookableSession, PickedTime } from "./bookable";
import { OpenTimePicker } from "./OpenTimePicker";
import { ScheduledTimePicker } from "./ScheduledTimePicker";

export type SlotPickerProps = {
  session: BookableSession;
  /** How many seats the time must still have. */
  seats: number;
  /** The `starts_at` that is chosen. */
  value: string | null;
  /** `null` when what was chosen is no time to book. */
  onPick: (time: PickedTime | null) => void;
  /** A start that is not offered: the one that a booking moves away from. */
  excludedStart?: string;
};

/**
 * A start of a session to book or to move to: a month with its free days and their times, or, of an open session, any
 * day and hour. Times are in the viewer's zone, with the creator's next to them.
 */
export function SlotPicker(props: SlotPickerProps) {
  return props.session.is_open ? <OpenTimePicker {...props} /> : <ScheduledTimePicker {...props} />;
}
