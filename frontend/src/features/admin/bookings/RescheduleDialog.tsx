import { lazy, Suspense, useState } from "react";
import { Skeleton } from "~/components/Skeleton";
import type { PickedTime } from "~/features/slots/bookable";
import { displayName } from "~/lib/auth/me";
import { formatDateTime, formatTimeRange, useZone } from "~/lib/time/time";
import { StepDialog } from "../StepDialog";
import { useTexts } from "../texts";
import { type BookingRecord, reschedule } from "./queries";

const SlotPicker = lazy(() => import("~/features/slots/SlotPicker").then((m) => ({ default: m.SlotPicker })));

/** Moves a booking to another start of its session, for whom it is. */
export function RescheduleDialog({ booking, onClose }: { booking: BookingRecord; onClose: () => void }) {
  const t = useTexts();
  const zone = useZone();
  const [picked, setPicked] = useState<PickedTime | null>(null);
  const { session_details: session, booking_date } = booking;
  return (
    <StepDialog
      title={t("booking.reschedule.title", { name: displayName(booking.user_details) })}
      text={t("booking.reschedule.text", { when: formatTimeRange(booking_date, booking.ends_at, zone) })}
      action={
        picked
          ? t("booking.reschedule.do_to", { when: formatDateTime(picked.starts_at, zone) })
          : t("booking.reschedule.do")
      }
      done={t("booking.reschedule.done")}
      reasonHint={t("booking.reason_hint")}
      intent={picked?.starts_at}
      isReady={picked !== null}
      take={async (reason, key) => picked && reschedule(booking.id, picked.starts_at, reason, key)}
      onClose={onClose}
    >
      <Suspense fallback={<Skeleton className="h-96 w-full" />}>
        <SlotPicker
          session={{ ...session, id: booking.session, next_slot: { starts_at: booking_date } }}
          seats={booking.seats}
          value={picked?.starts_at ?? null}
          onPick={setPicked}
          without={booking_date}
        />
      </Suspense>
    </StepDialog>
  );
}
