import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { ErrorState } from "~/components/ErrorState";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { paymentKind } from "~/features/sessions/refundPolicy";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { isProblem } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatTimeRange, useZone } from "~/lib/time/time";
import { useTexts as usePaymentTexts } from "../pay/texts";
import { isValidReason, ReasonField } from "../ReasonField";
import { awaitsPayment } from "../rules";
import type { Booking } from "../types";
import type { SlotGroup } from "./groups";
import { cancelSlot, holdersQuery } from "./queries";
import { useTexts } from "./texts";

const MAX_NAMES = 8;

/** Confirms cancelling all bookings of a slot: who is affected, and what happens. All or none are cancelled. */
export function CancelSlotDialog({ group, onClose }: { group: SlotGroup; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const payments = usePaymentTexts();
  const { data: marketplace } = useQuery(marketplaceQuery);
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  const [reason, setReason] = useState("");
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (given: string) => cancelSlot(group, given, keyOf([group.key, given])),
    onSuccess: async (cancelled) => {
      await refetchUserData();
      toast.success(t("cancel_slot.done", { count: cancelled.length }));
      onClose();
    },
    onError: (problem) => void (isProblem(problem) && problem.status === 409 && refetchUserData()),
  });
  // the affected bookings stay listed until the dialog is closed
  const holders = useQuery({ ...holdersQuery(group), enabled: !isPending && !isSuccess });
  const affected = holders.data;
  const isCharged = ({ terms, status, pay_by }: Booking) =>
    paymentKind(terms, marketplace) === "online" && !awaitsPayment({ status, pay_by });
  const failure = error && (isProblem(error, "too_late") ? t("cancel_slot.too_late") : errorMessage(error));

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("cancel_slot.title")}
      description={
        <>
          <span dir="auto" className="block font-semibold text-ink">
            {group.session.title}
          </span>
          <span className="tabular block">{formatTimeRange(group.starts_at, group.ends_at, zone)}</span>
        </>
      }
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {affected?.length === 0 ? common("actions.close") : t("cancel_slot.keep")}
          </Button>
          {affected && affected.length > 0 && (
            <Button
              variant="danger"
              isBusy={isPending}
              onClick={() => isValidReason(reason) && mutate(reason.trim())}
            >
              {t("cancel_slot.do", { count: affected.length })}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        {holders.isError && (
          <ErrorState error={holders.error} onRetry={() => void holders.refetch()} className="py-2" />
        )}
        {!affected && !holders.isError && <Skeleton className="h-24 w-full" />}
        {affected?.length === 0 && <p className="text-sm text-ink-soft">{t("cancel_slot.none_left")}</p>}
        {affected && affected.length > 0 && (
          <>
            <AffectedBookings bookings={affected} />
            <p className="text-sm text-ink-soft">{t("cancel_slot.effect")}</p>
            {affected.some(isCharged) && <Notice tone="good">{payments("returns.slot")}</Notice>}
            <ReasonField label={t("reason.label_all")} value={reason} onChange={setReason} />
            <Notice>
              {t("cancel_slot.free_again")}{" "}
              <Link
                to="/creator/sessions/$id/edit"
                params={{ id: group.session.id }}
                search={{ part: "times" }}
                className="font-semibold underline underline-offset-4"
              >
                {t("cancel_slot.times")}
              </Link>
            </Notice>
          </>
        )}
      </div>
    </Dialog>
  );
}

function AffectedBookings({ bookings }: { bookings: Booking[] }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const seats = bookings.reduce((sum, booking) => sum + booking.seats, 0);
  const more = bookings.length - MAX_NAMES;
  return (
    <div className="text-sm">
      <p className="font-medium">
        {t("cancel_slot.who", { count: bookings.length, seats: common("seats", { count: seats }) })}
      </p>
      <ul className="mt-2 flex flex-col gap-1 text-ink-soft">
        {bookings.slice(0, MAX_NAMES).map((booking) => (
          <li key={booking.id} className="flex justify-between gap-4">
            <span dir="auto" className="min-w-0 truncate">
              {displayName(booking.user_details)}
            </span>
            <span className="tabular shrink-0">{common("seats", { count: booking.seats })}</span>
          </li>
        ))}
        {more > 0 && <li>{t("cancel_slot.more", { count: more })}</li>}
      </ul>
    </div>
  );
}
