import type { BookableSession, PickedTime } from "./bookable";
import { LiveSeats } from "./live/LiveSeats";
import { NextDates } from "./NextDates";
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
  /** List the next dates first, and the calendar second. */
  isListFirst?: boolean;
};

/**
 * Selects a start for booking or rescheduling: a month with its free days and times or, by arrangement, any day and
 * time. Times are in the viewer's zone, with the creator's next to them.
 */
export function SlotPicker(props: SlotPickerProps) {
  return (
    <>
      <Starts {...props} />
      <LiveSeats sessionId={props.session.id} chosen={props.value} />
    </>
  );
}

function Starts(props: SlotPickerProps) {
  if (props.session.is_open) return <OpenTimePicker {...props} />;
  return props.isListFirst ? <NextDates {...props} /> : <ScheduledTimePicker {...props} />;
}
