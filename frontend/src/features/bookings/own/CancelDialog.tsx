import { useMutation, useQuery } from "@tanstack/react-query";
import { CalendarClock, Undo2, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatDateTime, useZone } from "~/lib/time/time";
import { BookingSummary } from "../BookingSummary";
import { RefundQuote } from "../pay/RefundQuote";
import { ReservedRelease } from "../pay/ReservedRelease";
import { cancelBooking, cancellationQuoteQuery } from "../queries";
import { isValidReason, ReasonField } from "../ReasonField";
import { awaitsPayment } from "../rules";
import { useTexts } from "../texts";
import type { Booking } from "../types";
import { WriteLink } from "../WriteLink";

/** Confirms cancelling a booking and explains the effect. */
export function CancelDialog({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const zone = useZone();

  const [keyOf] = useState(createKeyFor);
  const [reason, setReason] = useState("");
  const kind = awaitsPayment(booking) ? "_unpaid" : booking.status === "pending" ? "_pending" : "";
  const name = displayName(booking.session_details.creator_details);
  const until = formatDateTime(booking.cancellable_until ?? booking.booking_date, zone);
  const cancel = useMutation({
    mutationFn: (given: string) => cancelBooking(booking.id, given, keyOf([booking.id, given])),
    onSuccess: async () => {
      await refetchUserData();
      toast.success(t("own.cancel.done"));
      onClose();
    },
    onError: (error) => void (endOf(error) && refetchUserData()),
  });
  const isDone = cancel.isPending || cancel.isSuccess;
  const quote = useQuery({ ...cancellationQuoteQuery(booking.id), enabled: kind === "" && !isDone });
  const end = endOf(cancel.error ?? quote.error);
  const failure = end
    ? t(`own.cancel.${end}`, { when: until, name })
    : cancel.error && errorMessage(cancel.error);

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(`own.cancel.title${kind}`)}
      description={<BookingSummary booking={booking} />}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {end ? common("actions.close") : t(`own.cancel.keep${kind}`)}
          </Button>
          {end === "too_late" && <WriteLink booking={booking} className={buttonClass()} onClick={onClose} />}
          {!end && (
            <Button
              variant="danger"
              isBusy={cancel.isPending}
              onClick={() => isValidReason(reason) && cancel.mutate(reason.trim())}
            >
              {t(`own.cancel.do${kind}`)}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        {!end && (
          <>
            {kind === "" && <RefundQuote quote={quote} />}
            {kind === "_pending" && <ReservedRelease booking={booking} />}
            <ul className="flex flex-col gap-3 text-sm text-ink-soft">
              <Point icon={Undo2}>
                <span>{t("own.cancel.seats", { count: booking.seats })}</span> {t("own.cancel.no_undo")}
              </Point>
              {kind !== "_unpaid" && (
                <>
                  <Point icon={CalendarClock}>{t("own.cancel.until", { when: until })}</Point>
                  <Point icon={UserRound}>{t("own.cancel.effect", { name })}</Point>
                </>
              )}
            </ul>
            <ReasonField label={t("own.cancel.reason", { name })} value={reason} onChange={setReason} />
          </>
        )}
      </div>
    </Dialog>
  );
}

/** Why retrying is pointless, or `null` if it makes sense. */
function endOf(error: unknown): "changed" | "too_late" | null {
  if (isProblem(error, "too_late")) return "too_late";
  return isProblem(error, "illegal_transition") || isProblem(error, "not_found") ? "changed" : null;
}

function Point({ icon: Icon, children }: { icon: typeof Undo2; children: React.ReactNode }) {
  return (
    <li className="flex gap-3">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-faint" />
      <span>{children}</span>
    </li>
  );
}
