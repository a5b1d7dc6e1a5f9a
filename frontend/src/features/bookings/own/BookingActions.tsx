import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Armchair, CalendarPlus, Download, History, MessageSquare } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { Menu, MenuItem, MenuLink } from "~/components/Menu";
import { ownReviewsQuery } from "~/features/sessions/reviews/queries";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useNow } from "~/lib/time/useNow";
import { downloadCalendar, googleLink } from "../calendar/calendar";
import { withdrawRequest } from "../queries";
import { isAllowed, isOpenToLearner } from "../rules";
import { useTexts } from "../texts";
import type { Booking } from "../types";
import { WriteLink } from "../WriteLink";

/** A user's action that opens a dialog. */
export type Intent = { kind: "move" | "cancel" | "seats"; booking: Booking };

/** Actions of a booking: the likely ones as buttons, the others in a menu. */
export function BookingActions({
  booking,
  onIntent,
}: {
  booking: Booking;
  onIntent: (intent: Intent) => void;
}) {
  const t = useTexts();
  const now = useNow();
  const canCancel = isOpenToLearner(booking, "cancel", now);
  const canMove = isOpenToLearner(booking, "reschedule", now);
  const { status, session_details } = booking;
  const { title } = booking.terms;
  const isOver = status === "cancelled" || status === "completed";
  const cancel = status === "pending" ? "withdraw" : "cancel";
  return (
    <div className="ml-auto flex flex-wrap items-center gap-2">
      {canMove && (
        <Button
          variant="secondary"
          aria-label={t("own.actions.move_of", { title })}
          onClick={() => onIntent({ kind: "move", booking })}
        >
          {t("own.actions.move")}
        </Button>
      )}
      {isAllowed(booking, "decline") && <WithdrawButton booking={booking} />}
      {canCancel && (
        <Button
          variant="quiet"
          aria-label={t(`own.actions.${cancel}_of`, { title })}
          onClick={() => onIntent({ kind: "cancel", booking })}
        >
          {t(`own.actions.${cancel}`)}
        </Button>
      )}
      {!(isOver || canCancel) && (
        <WriteLink booking={booking} className={buttonClass({ variant: "secondary" })} />
      )}
      {isOver && session_details.status === "active" && (
        <Link
          to="/sessions/$id"
          params={{ id: booking.session }}
          aria-label={t("own.actions.again_of", { title })}
          className={buttonClass({ variant: "secondary" })}
        >
          {t("own.actions.again")}
        </Link>
      )}
      <ReviewLink booking={booking} />
      <FurtherActions booking={booking} onIntent={onIntent} />
    </div>
  );
}

/** Leads to the form, or to the review that the user wrote. */
function ReviewLink({ booking: { id, reviewable_until: until, terms } }: { booking: Booking }) {
  const t = useTexts();
  const now = useNow();
  const isOpen = until !== null && now < new Date(until);
  const { data: reviews } = useQuery({ ...ownReviewsQuery, enabled: isOpen });
  if (!isOpen || !reviews) return null;
  const text = reviews.some(({ booking }) => booking === id) ? "reviewed" : "review";
  return (
    <Link
      to="/bookings/$id/review"
      params={{ id }}
      aria-label={t(`own.actions.${text}_of`, { title: terms.title })}
      className={buttonClass({ variant: text === "review" ? "primary" : "quiet" })}
    >
      {t(`own.actions.${text}`)}
    </Link>
  );
}

/** Withdraws the request for another start. */
function WithdrawButton({ booking: { id, requested_start, terms } }: { booking: Booking }) {
  const t = useTexts();
  const [keyOf] = useState(createKeyFor);
  const withdraw = useMutation({
    mutationFn: () => withdrawRequest(id, keyOf([id, requested_start])),
    onSuccess: () => toast.success(t("own.withdrawn")),
    onError: (error) => toast.error(errorMessage(error)),
    onSettled: () => refetchUserData(),
  });
  return (
    <Button
      variant="secondary"
      isBusy={withdraw.isPending}
      aria-label={t("own.actions.withdraw_move_of", { title: terms.title })}
      onClick={() => withdraw.mutate()}
    >
      {t("own.actions.withdraw")}
    </Button>
  );
}

function FurtherActions({ booking, onIntent }: { booking: Booking; onIntent: (intent: Intent) => void }) {
  const t = useTexts();
  const { id, status, session_details } = booking;
  const { title } = booking.terms;
  const { creator_details: creator } = session_details;
  const download = () =>
    downloadCalendar(id, title).then(
      () => toast.success(t("calendar.downloaded")),
      (error: unknown) => toast.error(errorMessage(error)),
    );
  return (
    <Menu label={t("own.actions.more", { title })}>
      {isAllowed(booking, "seats") && session_details.max_participants > 1 && (
        <MenuItem icon={Armchair} onSelect={() => onIntent({ kind: "seats", booking })}>
          {t("own.actions.seats")}
        </MenuItem>
      )}
      <MenuLink>
        <Link to="/dashboard" search={(before) => ({ ...before, booking: id })} resetScroll={false}>
          <History aria-hidden className="size-4 shrink-0" />
          {t("own.actions.details")}
        </Link>
      </MenuLink>
      {(status === "confirmed" || status === "pending") && (
        <>
          <MenuItem icon={Download} onSelect={() => void download()}>
            {t("calendar.file")}
          </MenuItem>
          <MenuLink>
            <a href={googleLink(booking, location.origin)} target="_blank" rel="noreferrer">
              <CalendarPlus aria-hidden className="size-4 shrink-0" />
              {t("calendar.google")}
            </a>
          </MenuLink>
        </>
      )}
      <MenuLink>
        <Link
          to="/dashboard"
          search={(before) => ({ ...before, booking: id, write: true })}
          resetScroll={false}
        >
          <MessageSquare aria-hidden className="size-4 shrink-0" />
          <span>{t("own.actions.write", { name: displayName(creator) })}</span>
        </Link>
      </MenuLink>
    </Menu>
  );
}
