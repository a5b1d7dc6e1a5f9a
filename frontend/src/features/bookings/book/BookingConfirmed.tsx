import { Link } from "@tanstack/react-router";
import { CalendarX2, Check, Hourglass } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { useTitle } from "~/components/Page";
import { displayName } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { formatDateTime, useZone } from "~/lib/time/time";
import { RequestedPayment } from "../pay/RequestedPayment";
import { useTexts as usePaymentTexts } from "../pay/texts";
import { useTexts } from "../texts";
import type { Booking } from "../types";
import { AddToCalendar } from "./AddToCalendar";
import { BookedFacts } from "./BookedFacts";

/** Confirms a booking: what, where and when, how it is paid, and what to do next. */
export function BookingConfirmed({ booking, children }: { booking: Booking; children?: ReactNode }) {
  const t = useTexts();
  const payments = usePaymentTexts();
  const title = useRef<HTMLHeadingElement>(null);
  const isPending = booking.status === "pending";
  const isLive = isPending || booking.status === "confirmed";
  const isReserved = isPending && booking.payment?.status === "authorized";
  const StatusIcon = isPending ? Hourglass : isLive ? Check : CalendarX2;
  const name = displayName(booking.session_details.creator_details);
  const heading = isReserved
    ? payments("requested.title")
    : t(isPending ? "booked.pending_title" : isLive ? "booked.title" : "booked.over_title");
  useTitle(heading);

  useEffect(() => {
    window.scrollTo({ top: 0 });
    title.current?.focus({ preventScroll: true });
  }, []);

  return (
    <div className="mx-auto w-full max-w-xl px-4 py-10 sm:py-16">
      <div className="flex flex-col items-center text-center">
        <span
          className={cn(
            "mb-6 inline-flex size-20 animate-rise items-center justify-center rounded-full",
            isPending
              ? "bg-warn-soft text-warn"
              : isLive
                ? "bg-good-soft text-good"
                : "bg-sunk text-ink-soft",
          )}
        >
          <StatusIcon aria-hidden strokeWidth={2.5} className="size-9" />
        </span>
        <h1 ref={title} tabIndex={-1} className="text-2xl outline-none sm:text-3xl">
          {heading}
        </h1>
        <div className="mt-3 max-w-md text-ink-soft">
          {isReserved ? (
            <RequestedPayment booking={booking} />
          ) : isPending ? (
            <PendingText booking={booking} />
          ) : (
            <p>{isLive ? t("booked.text", { name, count: booking.seats }) : t("booked.over_text")}</p>
          )}
        </div>
      </div>
      <div className="contents">{children}</div>
      <Card className="mt-8 overflow-hidden">
        <BookedFacts booking={booking} />
        {isLive && <AddToCalendar booking={booking} />}
      </Card>
      <div className="mt-6 flex flex-col gap-3 sm:flex-row sm:justify-center">
        <Link to="/dashboard" className={buttonClass({ size: "lg" })}>
          {t("book.my_bookings")}
        </Link>
        <Link to="/" className={buttonClass({ variant: "secondary", size: "lg" })}>
          {t("booked.more")}
        </Link>
      </div>
    </div>
  );
}

function PendingText({ booking: { respond_by, seats, session_details } }: { booking: Booking }) {
  const t = useTexts();
  const zone = useZone();
  const name = displayName(session_details.creator_details);
  return (
    <p>
      {respond_by
        ? t("booked.pending_until", { name, count: seats, when: formatDateTime(respond_by, zone) })
        : t("booked.pending", { name })}
    </p>
  );
}
