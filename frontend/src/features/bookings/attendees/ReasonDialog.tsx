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
import { BookingSummary } from "../BookingSummary";
import { NOT_CHANGEABLE_CODES } from "../errorCodes";
import { CreatorRefund } from "../pay/CreatorRefund";
import { cancelBooking } from "../queries";
import { isValidReason, ReasonField } from "../ReasonField";
import type { Booking } from "../types";
import { answer } from "./queries";
import { useTexts } from "./texts";

/** Confirms an action that takes a learner's seats, explains its effect and asks for a message. */
export function ReasonDialog({
  step,
  booking,
  onClose,
}: {
  step: "decline" | "cancel";
  booking: Booking;
  onClose: () => void;
}) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [keyOf] = useState(createKeyFor);
  const [reason, setReason] = useState("");
  const name = displayName(booking.user_details);
  const isMove = step === "decline" && booking.requested_start !== null;
  const { mutate, isPending, error } = useMutation({
    mutationFn: async (given: string) => {
      const key = keyOf([booking.id, booking.requested_start, step, given]);
      await (step === "decline" ? answer(booking, step, key, given) : cancelBooking(booking.id, given, key));
    },
    onSuccess: async () => {
      await refetchUserData();
      toast.success(t(isMove ? "decline.done_move" : `${step}.done`, { name }));
      onClose();
    },
    onError: (problem) => void (isFinal(problem) && refetchUserData()),
  });
  const isOver = isFinal(error);
  const failure =
    error &&
    (isProblem(error, "too_late") && step === "decline"
      ? t("row.answer_late")
      : isProblem(error, "illegal_transition") || isProblem(error, "not_found")
        ? t("row.changed")
        : errorMessage(error));

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(`${step}.title`, { name })}
      description={<BookingSummary booking={booking} />}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {isOver ? common("actions.close") : t(`${step}.keep`)}
          </Button>
          {!isOver && (
            <Button
              variant="danger"
              isBusy={isPending}
              onClick={() => isValidReason(reason) && mutate(reason.trim())}
            >
              {t(`${step}.do`)}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        {!isOver && (
          <>
            <p className="text-sm text-ink-soft">
              {t(isMove ? "decline.text_move" : `${step}.text`, { name, count: booking.seats })}
            </p>
            {!(isMove || isPending) && <CreatorRefund step={step} booking={booking} />}
            <ReasonField label={t("reason.label", { name })} value={reason} onChange={setReason} />
          </>
        )}
      </div>
    </Dialog>
  );
}

/** Whether the booking can no longer be changed, so that retrying is pointless. */
function isFinal(error: unknown): boolean {
  return NOT_CHANGEABLE_CODES.some((code) => isProblem(error, code));
}
