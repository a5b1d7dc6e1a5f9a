import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { multiplyPrice, useFormatMoney } from "~/lib/money/money";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { BookingSummary } from "../BookingSummary";
import { SeatsStepper } from "../book/SeatsStepper";
import { changeSeats } from "../queries";
import { useTexts } from "../texts";
import type { Booking } from "../types";

/** Changes the number of seats of a booking, each for the price as sold. */
export function SeatsDialog({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const zone = useZone();
  const money = useFormatMoney();
  const now = useNow();
  const [keyOf] = useState(createKeyFor);
  const [seats, setSeats] = useState(booking.seats);
  const { session_details: session, cancellable_until: until, terms } = booking;
  const canGiveBack = until !== null && now < new Date(until);
  // the creator confirmed the seats that it has
  const canAdd = !(session.requires_confirmation && booking.status === "confirmed");
  const change = useMutation({
    mutationFn: (count: number) => changeSeats(booking.id, count, keyOf([booking.id, booking.seats, count])),
    onSuccess: async (changed) => {
      await refetchUserData();
      toast.success(t("own.seats.done", { count: changed.seats }));
      onClose();
    },
    onError: () => void refetchUserData(),
  });
  const held = common("seats", { count: booking.seats });
  const failure = isProblem(change.error, "sold_out")
    ? t("own.seats.sold_out", { seats: held })
    : isProblem(change.error, "not_bookable")
      ? t("own.seats.not_bookable", { seats: held })
      : change.error && errorMessage(change.error);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("own.seats.title")}
      description={<BookingSummary booking={booking} />}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {t("own.seats.keep", { count: booking.seats })}
          </Button>
          <Button
            disabled={seats === booking.seats}
            isBusy={change.isPending}
            onClick={() => change.mutate(seats)}
          >
            {t("own.seats.do", { count: seats })}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {failure && <Notice tone="danger">{failure}</Notice>}
        <SeatsStepper
          value={seats}
          min={canGiveBack ? 1 : booking.seats}
          max={canAdd ? session.max_participants : booking.seats}
          onChange={setSeats}
        />
        <p className="tabular text-sm text-ink-soft">
          <span>{t("own.seats.price", { price: money(terms.price) })}</span>{" "}
          <strong aria-live="polite">
            {t("own.seats.total", { total: money(multiplyPrice(terms.price, seats)) })}
          </strong>
        </p>
        {!canAdd && (
          <p className="text-sm text-ink-soft">
            {t("own.seats.no_more", { name: displayName(session.creator_details) })}
          </p>
        )}
        {canAdd && !canGiveBack && until !== null && (
          <p className="tabular text-sm text-ink-soft">
            {t("own.seats.no_fewer", { when: formatDateTime(until, zone) })}
          </p>
        )}
      </div>
    </Dialog>
  );
}
