import { Suspense, useState } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import type { PickedTime } from "~/features/slots/bookable";
import type { SlotPickerProps } from "~/features/slots/SlotPicker";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { formatDateTime, formatTimeRange, useZone } from "~/lib/time/time";
import { OVER, TIME_LOST } from "../errorCodes";
import { useTexts } from "../texts";
import { type Booking, moveBooking } from "./queries";
import { Summary } from "./Summary";

const SlotPicker = lazyWithRetry<SlotPickerProps>(async () => ({
  default: (await import("~/features/slots/SlotPicker")).SlotPicker,
}));

/** Chooses another start for a booking. It has the new seats, or keeps the old. */
export function RescheduleDialog({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const t = useTexts();
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  const [picked, setPicked] = useState<PickedTime | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isOver, setOver] = useState(false);
  const { session_details: session, booking_date } = booking;
  const name = displayName(session.creator_details);

  async function move(to: PickedTime) {
    setBusy(true);
    setFailure(null);
    try {
      const moved = await moveBooking(booking.id, to.starts_at, keyOf([booking.id, to.starts_at]));
      await refetchUserData();
      const words = moved.status === "pending" ? "own.move.done_asking" : "own.move.done";
      toast.success(t(words, { when: formatDateTime(moved.booking_date, zone), name }));
      onClose();
    } catch (error) {
      const lost = TIME_LOST.find((code) => isProblem(error, code));
      const over = OVER.find((code) => isProblem(error, code));
      if (lost) {
        setPicked(null);
        setFailure(t(`own.move.${lost}`, { name }));
      } else if (over === "too_late") {
        const until = booking.cancellable_until ?? booking.booking_date;
        setFailure(t("own.move.too_late", { when: formatDateTime(until, zone), name }));
      } else setFailure(over ? t("own.move.changed") : errorMessage(error));
      setOver(over !== undefined);
      if (lost || over) await refetchUserData();
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("own.move.title")}
      description={<Summary booking={booking} />}
      footer={
        <>
          <p aria-live="polite" className="tabular self-center text-sm max-sm:order-1 sm:mr-auto">
            {picked ? (
              <strong>
                {t("own.move.new", { when: formatTimeRange(picked.starts_at, picked.ends_at, zone) })}
              </strong>
            ) : (
              <span className="text-ink-faint">{t("own.move.none")}</span>
            )}
          </p>
          <Button disabled={!picked || isOver} isBusy={isBusy} onClick={() => picked && void move(picked)}>
            {t("own.move.do")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        {!isOver && (
          <>
            <p className="text-sm text-ink-soft">
              {session.requires_confirmation ? t("own.move.asks", { name }) : t("own.move.keeps")}
            </p>
            <Suspense fallback={<Skeleton className="h-96 w-full" />}>
              <SlotPicker
                session={{ ...session, next_slot: { starts_at: booking_date } }}
                seats={booking.seats}
                value={picked?.starts_at ?? null}
                onPick={setPicked}
                without={booking_date}
              />
            </Suspense>
          </>
        )}
      </div>
    </Dialog>
  );
}
