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
import { cancelBooking } from "../own/queries";
import { Summary } from "../own/Summary";
import type { Booking } from "./groups";
import { answer } from "./queries";
import { isReason, ReasonField } from "./ReasonField";
import { useTexts } from "./texts";

/** Asks before a person loses their seats, says what happens, and takes a word to them. */
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
  const [failure, setFailure] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const name = displayName(booking.user_details);

  const go = async () => {
    if (!isReason(reason)) return;
    setBusy(true);
    setFailure(null);
    const said = reason.trim();
    const key = keyOf([booking.id, step, said]);
    try {
      if (step === "decline") await answer(booking.id, step, key, said);
      else await cancelBooking(booking.id, said, key);
      await refetchUserData();
      toast.success(t(`${step}.done`, { name }));
      onClose();
    } catch (error) {
      const isTooLate = isProblem(error, "too_late");
      const isChanged = isProblem(error, "illegal_transition") || isProblem(error, "not_found");
      if (isTooLate && step === "decline") setFailure(t("row.answer_late"));
      else setFailure(isChanged ? t("row.changed") : errorMessage(error));
      if (isTooLate || isChanged) {
        setOver(true);
        await refetchUserData();
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(`${step}.title`, { name })}
      description={<Summary booking={booking} />}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {isOver ? common("actions.close") : t(`${step}.keep`)}
          </Button>
          {!isOver && (
            <Button variant="danger" isBusy={isBusy} onClick={() => void go()}>
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
            <p className="text-sm text-ink-soft">{t(`${step}.text`, { name, count: booking.seats })}</p>
            <ReasonField label={t("reason.label", { name })} value={reason} onChange={setReason} />
          </>
        )}
      </div>
    </Dialog>
  );
}
