import { CalendarClock, Undo2, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Textarea } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { stepLimits } from "~/lib/api/limits";
import { isProblem } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import { type Booking, cancelBooking } from "./queries";
import { Summary } from "./Summary";
import { useMailTo } from "./useMailTo";

const MAX_REASON = stepLimits.reason.maxLength;

/** Asks before a booking is given up, and says what that means. */
export function CancelDialog({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const zone = useZone();

  const [keyOf] = useState(createKeyFor);
  const [reason, setReason] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  /** Why nothing more can be done here. */
  const [end, setEnd] = useState<"changed" | "too_late" | null>(null);
  const mailTo = useMailTo();
  const isPending = booking.status === "pending";
  const name = displayName(booking.session_details.creator_details);
  const until = formatDateTime(booking.cancellable_until ?? booking.booking_date, zone);
  const left = MAX_REASON - [...reason.trim()].length;

  async function cancel() {
    if (left < 0) return;
    setBusy(true);
    setFailure(null);
    try {
      await cancelBooking(booking.id, reason.trim(), keyOf([booking.id, reason.trim()]));
      await refetchUserData();
      toast.success(t("own.cancel.done"));
      onClose();
    } catch (error) {
      const over = isProblem(error, "too_late") ? "too_late" : isGone(error) ? "changed" : null;
      setFailure(over ? t(`own.cancel.${over}`, { when: until, name }) : errorMessage(error));
      setEnd(over);
      if (over) await refetchUserData();
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(isPending ? "own.cancel.title_pending" : "own.cancel.title")}
      description={<Summary booking={booking} />}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {end ? common("actions.close") : t(isPending ? "own.cancel.keep_pending" : "own.cancel.keep")}
          </Button>
          {end === "too_late" && (
            <a href={mailTo(booking)} className={buttonClass()}>
              {t("own.actions.write", { name })}
            </a>
          )}
          {!end && (
            <Button variant="danger" isBusy={isBusy} onClick={() => void cancel()}>
              {t(isPending ? "own.cancel.do_pending" : "own.cancel.do")}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        {!end && (
          <>
            <ul className="flex flex-col gap-3 text-sm text-ink-soft">
              <Point icon={Undo2}>
                {t("own.cancel.seats", { count: booking.seats })} {t("own.cancel.no_undo")}
              </Point>
              <Point icon={CalendarClock}>{t("own.cancel.until", { when: until })}</Point>
              <Point icon={UserRound}>{t("own.cancel.told", { name })}</Point>
            </ul>
            <Field
              label={t("own.cancel.reason", { name })}
              isOptional
              hint={left >= 0 && left <= 100 ? t("own.cancel.reason_left", { count: left }) : undefined}
              error={left < 0 ? t("own.cancel.reason_long") : undefined}
            >
              {(field) => (
                <Textarea
                  {...field}
                  rows={3}
                  value={reason}
                  onChange={({ target }) => setReason(target.value)}
                />
              )}
            </Field>
          </>
        )}
      </div>
    </Dialog>
  );
}

function isGone(error: unknown): boolean {
  return isProblem(error, "illegal_transition") || isProblem(error, "not_found");
}

function Point({ icon: Icon, children }: { icon: typeof Undo2; children: React.ReactNode }) {
  return (
    <li className="flex gap-3">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-faint" />
      <span>{children}</span>
    </li>
  );
}
