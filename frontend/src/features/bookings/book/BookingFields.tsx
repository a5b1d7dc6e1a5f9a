import { useEffect, useRef } from "react";
import { Notice } from "~/components/Notice";
import { LazySlotPicker } from "~/features/slots/LazySlotPicker";
import { useTexts } from "../texts";
import { ExistingBookings } from "./ExistingBookings";
import { SeatsStepper } from "./SeatsStepper";
import type { BookingState } from "./useBooking";

/** Day, time and seats. */
export function BookingFields({ booking }: { booking: BookingState }) {
  const t = useTexts();
  const { session, time, isGone, obstacle, seats, seatsMost } = booking;
  const fields = useRef<HTMLDivElement>(null);

  // what is still free is worth more than the sentence that says so
  useEffect(() => {
    if (obstacle) fields.current?.querySelector("fieldset")?.scrollIntoView({ block: "nearest" });
  }, [obstacle]);

  return (
    <div ref={fields} className="flex flex-col gap-6">
      <ExistingBookings sessionId={session.id} />
      {isGone && !obstacle && <Notice tone="warn">{t("book.gone")}</Notice>}
      <LazySlotPicker session={session} seats={seats} value={time?.starts_at ?? null} onPick={booking.pick} />
      {session.max_participants > 1 && (
        <SeatsStepper value={seats} most={seatsMost} onChange={booking.setSeats} />
      )}
    </div>
  );
}
