import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { type PickedTime, type StartRequest, toStartRequest } from "~/features/slots/bookable";
import { LazySlotPicker } from "~/features/slots/LazySlotPicker";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem, type ProblemCode } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatDateTime, formatTimeRange, useZone } from "~/lib/time/time";
import { BookingSummary } from "./BookingSummary";
import { NOT_CHANGEABLE_CODES, SLOT_TAKEN_CODES } from "./errorCodes";
import { rescheduleBooking } from "./queries";
import { isValidReason, ReasonField } from "./ReasonField";
import { useTexts } from "./texts";
import type { Booking } from "./types";

/** Who reschedules. Staff must give a reason. */
type Actor = "learner" | "creator" | "staff";

type Props = {
  booking: Booking;
  actor: Actor;
  /** Sends the new time. The back office has an endpoint of its own. */
  reschedule?: (id: string, start: StartRequest, key: string, reason: string) => Promise<Booking>;
  onClose: () => void;
};

/** Moves a booking to another start of its session. The old time is kept until the new one is booked. */
export function RescheduleDialog({ booking, actor, reschedule = rescheduleBooking, onClose }: Props) {
  const t = useTexts();
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  const [picked, setPicked] = useState<PickedTime | null>(null);
  const [reason, setReason] = useState("");
  const [isReasonMissing, setReasonMissing] = useState(false);
  const reasonField = useRef<HTMLTextAreaElement>(null);
  const { session_details: session, booking_date, ends_at } = booking;
  const name = displayName(actor === "learner" ? session.creator_details : booking.user_details);
  const needsReason = actor === "staff";

  const { mutate, isPending, error } = useMutation({
    mutationFn: (startsAt: string) => {
      const given = reason.trim();
      const start = toStartRequest(startsAt, zone, session);
      return reschedule(booking.id, start, keyOf([booking.id, start, given]), given);
    },
    onSuccess: async (rescheduled) => {
      await refetchUserData();
      const { requested_start, status } = rescheduled;
      const when = formatDateTime(requested_start ?? rescheduled.booking_date, zone);
      const isAsking = actor === "learner" && status === "pending";
      if (requested_start) toast.success(t("reschedule.learner.done_requested", { name, when }));
      else if (isAsking) toast.success(t("reschedule.learner.done_asking", { name, when }));
      else toast.success(t(`reschedule.${actor}.done`, { name, when }));
      onClose();
    },
    onError: (problem) => {
      const isTaken = findCode(problem, SLOT_TAKEN_CODES) !== undefined;
      if (isTaken) setPicked(null);
      if (isTaken || findCode(problem, NOT_CHANGEABLE_CODES)) void refetchUserData();
    },
  });
  const isOver = findCode(error, NOT_CHANGEABLE_CODES) !== undefined;

  const submit = () => {
    if (!picked || !isValidReason(reason)) return;
    const isMissing = needsReason && !reason.trim();
    setReasonMissing(isMissing);
    if (!isMissing) return mutate(picked.starts_at);
    reasonField.current?.focus();
    // scroll the error below the field into view, too
    reasonField.current?.scrollIntoView({ block: "center" });
  };

  const failure = (): string => {
    const taken = findCode(error, SLOT_TAKEN_CODES);
    if (actor === "staff") return errorMessage(error);
    if (taken) return t(`reschedule.${actor}.${taken}`, { name });
    if (!isOver) return errorMessage(error);
    if (actor === "creator") return t("reschedule.creator.over");
    const when = formatDateTime(booking.cancellable_until ?? booking.booking_date, zone);
    return isProblem(error, "too_late")
      ? t("reschedule.learner.too_late", { name, when })
      : t("reschedule.changed");
  };

  const intro = () => {
    if (actor !== "learner")
      return t(`reschedule.${actor}.text`, { when: formatTimeRange(booking_date, ends_at, zone) });
    if (!session.requires_confirmation) return t("reschedule.learner.keeps");
    return t(booking.status === "pending" ? "reschedule.learner.asks" : "reschedule.learner.asks_keeping", {
      name,
    });
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(`reschedule.${actor}.title`, { name })}
      description={<BookingSummary booking={booking} />}
      footer={
        <>
          <p aria-live="polite" className="tabular self-center text-sm max-sm:order-1 sm:mr-auto">
            {picked ? (
              <strong>
                {t("reschedule.new", { when: formatTimeRange(picked.starts_at, picked.ends_at, zone) })}
              </strong>
            ) : (
              <span className="text-ink-faint">{t("reschedule.none")}</span>
            )}
          </p>
          <Button disabled={!picked || isOver} isBusy={isPending} onClick={submit}>
            {t(`reschedule.${actor}.do`)}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {error && <Notice tone="danger">{failure()}</Notice>}
        {!isOver && (
          <>
            <p className="text-sm text-ink-soft">{intro()}</p>
            <LazySlotPicker
              session={{ ...session, next_slot: { starts_at: booking_date } }}
              seats={booking.seats}
              value={picked?.starts_at ?? null}
              onPick={setPicked}
              excludedStart={booking_date}
            />
            {needsReason && (
              <ReasonField
                ref={reasonField}
                isOptional={false}
                label={t("reschedule.staff.reason")}
                hint={t("reschedule.staff.reason_hint")}
                error={isReasonMissing ? t("reschedule.staff.reason_needed") : undefined}
                value={reason}
                onChange={(next) => {
                  setReason(next);
                  setReasonMissing(false);
                }}
              />
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

function findCode<Code extends ProblemCode>(error: unknown, codes: readonly Code[]): Code | undefined {
  return codes.find((code) => isProblem(error, code));
}
