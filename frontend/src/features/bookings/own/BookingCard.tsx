import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Avatar } from "~/components/Avatar";
import { Card } from "~/components/Card";
import { Cover } from "~/features/sessions/Cover";
import { Venue } from "~/features/sessions/Venue";
import { displayName } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { useFormatMoney } from "~/lib/money/money";
import { UnreadBadge } from "../conversation/UnreadBadge";
import { StatusBadge } from "../StatusBadge";
import { useTexts } from "../texts";
import type { Booking } from "../types";
import { BookingActions, type Intent } from "./BookingActions";
import { BookingDeadline } from "./BookingDeadline";
import { BookingTime } from "./BookingTime";
import { Countdown } from "./Countdown";

/** A booking of the user with its actions. The next upcoming one is larger. */
export function BookingCard({
  booking,
  isNext,
  onIntent,
}: {
  booking: Booking;
  isNext?: boolean;
  onIntent: (intent: Intent) => void;
}) {
  const { session_details: session, status } = booking;
  const isLive = status === "pending" || status === "confirmed";
  const link = { to: "/sessions/$id", params: { id: booking.session } } as const;
  return (
    <Card>
      <div className="flex gap-4 p-4 sm:gap-5 sm:p-5">
        <Link
          {...link}
          tabIndex={-1}
          aria-hidden
          className={cn("w-24 shrink-0", isNext ? "sm:w-72" : "sm:w-40")}
        >
          <Cover
            session={session}
            isFirst={isNext}
            className={cn("rounded-control", status === "cancelled" && "opacity-60 saturate-50")}
          />
        </Link>
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <StatusBadge status={status} />
            <UnreadBadge bookingIds={[booking.id]} />
            {isLive && (
              <Countdown booking={booking} className="tabular text-xs font-semibold text-accent-strong" />
            )}
          </div>
          <h3 className={cn("mt-2", isNext ? "text-xl" : "text-base sm:text-lg")}>
            <Link {...link} className="rounded-control underline-offset-4 hover:underline">
              <bdi>{booking.terms.title}</bdi>
            </Link>
          </h3>
          <BookingTime booking={booking} className={cn("mt-1", !isNext && "text-sm")} />
          <Facts booking={booking} />
          {isLive && (session.format || session.place) && (
            <div className="mt-3 text-sm">
              <Venue session={session} visited={booking.address} />
            </div>
          )}
        </div>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line px-4 py-3 sm:px-5">
        <BookingDeadline booking={booking} />
        <BookingActions booking={booking} onIntent={onIntent} />
      </div>
    </Card>
  );
}

function Facts({ booking }: { booking: Booking }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const money = useFormatMoney();
  const creator = booking.session_details.creator_details;
  return (
    <p className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-ink-soft">
      <span className="inline-flex items-center gap-2">
        <Avatar person={creator} size="sm" />
        <Link
          to="/creators/$username"
          params={{ username: creator.username }}
          className="underline-offset-4 hover:text-ink hover:underline"
        >
          <span>{t("own.with", { name: displayName(creator) })}</span>
        </Link>
      </span>
      <span className="tabular">
        <span>{common("seats", { count: booking.seats })}</span> ·{" "}
        <span>{Number(booking.amount) === 0 ? common("price.free") : money(booking.amount)}</span>
      </span>
    </p>
  );
}
