import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keeper } from "~/api/keys";
import { isProblem } from "~/api/problem";
import { say } from "~/app/i18n/say";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { displayName, refresh } from "~/features/users/me";
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
  const [keyOf] = useState(keeper);
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
      await refresh();
      toast.success(t(`${step}.done`, { name }));
      onClose();
    } catch (error) {
      const isTooLate = isProblem(error, "too_late");
      const isChanged = isProblem(error, "illegal_transition") || isProblem(error, "not_found");
      if (isTooLate && step === "decline") setFailure(t("row.answer_late"));
      else setFailure(isChanged ? t("row.changed") : say(error));
      if (isTooLate || isChanged) {
        setOver(true);
        await refresh();
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
          <Button look="secondary" onClick={onClose}>
            {isOver ? common("actions.close") : t(`${step}.keep`)}
          </Button>
          {!isOver && (
            <Button look="danger" isBusy={isBusy} onClick={() => void go()}>
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
