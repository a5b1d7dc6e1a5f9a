import { lazy, Suspense, useState } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import type { PickedTime } from "~/features/slots/bookable";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatDateTime, formatTimeRange, useZone } from "~/lib/time/time";
import { OVER, TIME_LOST } from "../errorCodes";
import { moveBooking } from "../own/queries";
import { Summary } from "../own/Summary";
import type { Booking } from "./groups";
import { useTexts } from "./texts";

const SlotPicker = lazy(() => import("~/features/slots/SlotPicker").then((m) => ({ default: m.SlotPicker })));

/** Moves one person to another start. They have the new seats, or keep the old. */
export function MoveDialog({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const t = useTexts();
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  const [picked, setPicked] = useState<PickedTime | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const { session_details: session, booking_date } = booking;
  const name = displayName(booking.user_details);

  const move = async (to: PickedTime) => {
    setBusy(true);
    setFailure(null);
    try {
      const moved = await moveBooking(booking.id, to.starts_at, keyOf([booking.id, to.starts_at]));
      await refetchUserData();
      toast.success(t("move.done", { name, when: formatDateTime(moved.booking_date, zone) }));
      onClose();
    } catch (error) {
      const lost = TIME_LOST.find((code) => isProblem(error, code));
      const isEnd = OVER.some((code) => isProblem(error, code));
      if (lost) setPicked(null);
      setFailure(lost ? t(`move.${lost}`, { name }) : isEnd ? t("move.over") : errorMessage(error));
      setOver(isEnd);
      if (lost || isEnd) await refetchUserData();
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("move.title", { name })}
      description={<Summary booking={booking} />}
      footer={
        <>
          <p aria-live="polite" className="tabular self-center text-sm max-sm:order-1 sm:mr-auto">
            {picked ? (
              <strong>
                {t("move.new", { when: formatTimeRange(picked.starts_at, picked.ends_at, zone) })}
              </strong>
            ) : (
              <span className="text-ink-faint">{t("move.none")}</span>
            )}
          </p>
          <Button disabled={!picked || isOver} isBusy={isBusy} onClick={() => picked && void move(picked)}>
            {t("move.do")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        {!isOver && (
          <>
            <p className="text-sm text-ink-soft">{t("move.text")}</p>
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
