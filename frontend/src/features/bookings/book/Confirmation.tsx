import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, Hourglass } from "lucide-react";
import { useEffect, useRef } from "react";
import { buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { useTitle } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { displayName } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import type { Booking } from "../types";
import { AddToCalendar } from "./AddToCalendar";
import { BookedFacts } from "./BookedFacts";
import { bookingQuery } from "./queries";

/** That it worked: what was booked, where and when, and what to do next. */
export default function Confirmation({ bookingId }: { bookingId: string }) {
  const t = useTexts();
  const { data: booking, error, isPending, refetch } = useQuery(bookingQuery(bookingId));
  useTitle(t(booking?.status === "pending" ? "booked.pending_title" : "booked.title"));
  if (isPending) return <Skeleton className="mx-auto my-16 h-[32rem] w-full max-w-xl" />;
  if (!booking) {
    if (isProblem(error) && error.status === 404) return <NotFound />;
    return <ErrorState error={error} onRetry={() => void refetch()} isPage className="py-24" />;
  }
  return <BookingConfirmed booking={booking} />;
}

function BookingConfirmed({ booking }: { booking: Booking }) {
  const t = useTexts();
  const zone = useZone();
  const title = useRef<HTMLHeadingElement>(null);
  const isPending = booking.status === "pending";
  const isLive = isPending || booking.status === "confirmed";
  const StatusIcon = isPending ? Hourglass : Check;
  const name = displayName(booking.session_details.creator_details);

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
            isPending ? "bg-warn-soft text-warn" : "bg-good-soft text-good",
          )}
        >
          <StatusIcon aria-hidden strokeWidth={2.5} className="size-9" />
        </span>
        <h1 ref={title} tabIndex={-1} className="text-2xl outline-none sm:text-3xl">
          {t(isPending ? "booked.pending_title" : isLive ? "booked.title" : "booked.over_title")}
        </h1>
        <p className="mt-3 max-w-md text-ink-soft">
          {isPending
            ? booking.respond_by
              ? t("booked.pending_until", {
                  name,
                  count: booking.seats,
                  when: formatDateTime(booking.respond_by, zone),
                })
              : t("booked.pending", { name })
            : isLive
              ? t("booked.text", { name, count: booking.seats })
              : t("booked.over_text")}
        </p>
      </div>
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
