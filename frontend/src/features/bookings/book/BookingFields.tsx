import { lazy, Suspense, useEffect, useRef } from "react";
import { Field, Textarea } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { LazySlotPicker } from "~/features/slots/LazySlotPicker";
import { bookingLimits } from "~/lib/api/limits";
import { useTexts } from "../texts";
import { ExistingBookings } from "./ExistingBookings";
import { SeatsStepper } from "./SeatsStepper";
import type { BookingState } from "./useBooking";

const FullStarts = lazy(() => import("../waitlist/FullStarts"));

/** Day, time and seats. */
export function BookingFields({ booking }: { booking: BookingState }) {
  const t = useTexts();
  const { session, time, isGone, obstacle, seats, maxSeats } = booking;
  const fields = useRef<HTMLDivElement>(null);

  // show the free times, which help more than the error itself
  useEffect(() => {
    if (obstacle) fields.current?.querySelector("fieldset")?.scrollIntoView({ block: "nearest" });
  }, [obstacle]);

  return (
    <div ref={fields} className="flex flex-col gap-4">
      <ExistingBookings sessionId={session.id} />
      {isGone && !obstacle && <Notice tone="warn">{t("book.gone")}</Notice>}
      <LazySlotPicker
        session={session}
        seats={seats}
        value={time?.starts_at ?? null}
        onPick={booking.pick}
        isListFirst
      />
      {session.max_participants > 1 && (
        <SeatsStepper value={seats} max={maxSeats} onChange={booking.setSeats} />
      )}
      <Suspense>
        <FullStarts sessionId={session.id} seats={seats} />
      </Suspense>
      {booking.address !== null && <AddressField booking={booking} address={booking.address} />}
    </div>
  );
}

function AddressField({ booking, address }: { booking: BookingState; address: string }) {
  const t = useTexts();
  const { obstacle } = booking;
  const errors = obstacle?.kind === "problem" ? obstacle.problem.errors.address : undefined;
  return (
    <Field label={t("book.address")} hint={t("book.address_hint")} error={errors?.join(" ")}>
      {(field) => (
        <Textarea
          rows={2}
          dir="auto"
          autoComplete="street-address"
          maxLength={bookingLimits.address.maxLength}
          value={address}
          onChange={(event) => booking.setAddress(event.target.value)}
          {...field}
        />
      )}
    </Field>
  );
}
