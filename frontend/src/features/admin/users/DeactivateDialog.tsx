import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { Checkbox } from "~/components/Checkbox";
import { Dialog } from "~/components/Dialog";
import { ErrorState } from "~/components/ErrorState";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { displayName } from "~/lib/auth/me";
import { ActionDialog } from "../ActionDialog";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import { type AccountDetails, bookedSlotsQuery, type Deactivation, deactivate } from "./queries";

const MAX_SHOWN = 5;

/** Deactivates an account: first shows what depends on it, afterwards which slots are booked. */
export function DeactivateDialog({ account, onClose }: { account: AccountDetails; onClose: () => void }) {
  const t = useTexts();
  const [cancelBookings, setCancelBookings] = useState(false);
  const [done, setDone] = useState<Deactivation | null>(null);
  const name = displayName(account);
  const isCreator = account.role === "creator";
  if (done) return <BookedSlots done={done} name={name} onClose={onClose} />;
  return (
    <ActionDialog
      title={t("deactivate.title", { name })}
      text={t(isCreator ? "deactivate.text_creator" : "deactivate.text")}
      actionLabel={t("deactivate.do")}
      isDanger
      intent={cancelBookings}
      done={t("deactivate.done", { name })}
      submit={(reason) => deactivate(account.id, reason, cancelBookings)}
      onDone={(result) => (result.sold_slots.length > 0 ? setDone(result) : onClose())}
      onClose={onClose}
    >
      {(isCreator || account.sessions > 0) && (
        <UpcomingBookings account={account} cancels={cancelBookings} onCancels={setCancelBookings} />
      )}
    </ActionDialog>
  );
}

function UpcomingBookings({
  account,
  cancels,
  onCancels,
}: {
  account: AccountDetails;
  cancels: boolean;
  onCancels: (cancels: boolean) => void;
}) {
  const t = useTexts();
  const query = useQuery(bookedSlotsQuery(account.id));
  if (query.isError)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} className="py-4" />;
  if (!query.data) return <Skeleton className="h-24 w-full" />;
  const { items, next } = query.data;
  if (items.length === 0) return <Notice>{t("deactivate.none_sold")}</Notice>;
  const bookings = items.reduce((sum, slot) => sum + slot.bookings, 0);
  const left = items.length - MAX_SHOWN;
  const atLeast = next ? "+" : "";
  return (
    <div className="flex flex-col gap-3">
      <Notice tone="warn">
        <p className="font-semibold">
          {t("deactivate.sold", { count: bookings, number: `${bookings}${atLeast}` })}
        </p>
        <ul className="mt-1.5 flex flex-col gap-1">
          {items.slice(0, MAX_SHOWN).map((slot) => (
            <li key={`${slot.session} ${slot.starts_at}`}>
              <DateTime at={slot.starts_at} /> · <bdi>{slot.title}</bdi> ·{" "}
              <span>{t("deactivate.slot", { count: slot.bookings, seats: slot.seats })}</span>
            </li>
          ))}
          {left > 0 && <li>{t("deactivate.more", { count: left, number: `${left}${atLeast}` })}</li>}
        </ul>
      </Notice>
      <Checkbox isChecked={cancels} onChange={onCancels}>
        {t("deactivate.cancel_sold")}
      </Checkbox>
    </div>
  );
}

/** The slots that were booked when the account was deactivated, with an offer to cancel their bookings. */
function BookedSlots({
  done: first,
  name,
  onClose,
}: {
  done: Deactivation;
  name: string;
  onClose: () => void;
}) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [done, setDone] = useState(first);
  const [isDialogOpen, setDialogOpen] = useState(false);
  const left = done.sold_slots.some(({ bookings, cancelled }) => cancelled < bookings);
  if (isDialogOpen) {
    return (
      <ActionDialog
        title={t("deactivate.cancel_title")}
        text={t("deactivate.cancel_text")}
        actionLabel={t("deactivate.cancel_do")}
        keepLabel={t("bulk.keep")}
        isDanger
        done={t("deactivate.cancelled")}
        submit={(reason) => deactivate(done.user.id, reason, true)}
        onDone={(result) => {
          setDone(result);
          setDialogOpen(false);
        }}
        onClose={() => setDialogOpen(false)}
      />
    );
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      width="wide"
      title={t("deactivate.done", { name })}
      description={t(left ? "deactivate.still_sold" : "deactivate.all_cancelled")}
      footer={
        <>
          {left && (
            <Button variant="secondary" onClick={() => setDialogOpen(true)}>
              {t("deactivate.cancel_do")}
            </Button>
          )}
          <Button onClick={onClose}>{common("actions.close")}</Button>
        </>
      }
    >
      <ul className="flex flex-col divide-y divide-line text-sm">
        {done.sold_slots.map((slot) => (
          <li
            key={`${slot.session} ${slot.starts_at}`}
            className="flex flex-wrap justify-between gap-x-4 py-2"
          >
            <span>
              <span dir="auto" className="font-medium">
                {slot.title}
              </span>{" "}
              · <DateTime at={slot.starts_at} />
            </span>
            <span className="tabular text-ink-soft">
              {slot.cancelled > 0
                ? t("deactivate.slot_cancelled", { cancelled: slot.cancelled, bookings: slot.bookings })
                : t("deactivate.slot", { count: slot.bookings, seats: slot.seats })}
            </span>
          </li>
        ))}
        {done.more_sold_slots && <li className="py-2">{t("deactivate.further")}</li>}
      </ul>
    </Dialog>
  );
}
