import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { useFormatPrice } from "~/features/sessions/price";
import { paymentKind } from "~/features/sessions/refundPolicy";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { displayName, useMe } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { multiplyPrice } from "~/lib/money/money";
import { formatTimeRange, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import { BookingRules } from "./BookingRules";
import { OverlapWarning } from "./OverlapWarning";
import type { BookingState, Obstacle } from "./useBooking";
import { VerifyEmailNotice } from "./VerifyEmailNotice";

/** The total and the book button, with any error directly above it. */
export function BookingTotal({ booking }: { booking: BookingState }) {
  const t = useTexts();
  const price = useFormatPrice();
  const zone = useZone();
  const me = useMe();
  const { data: marketplace } = useQuery(marketplaceQuery);
  const { session, time, seats, obstacle, isBusy } = booking;
  return (
    <div className="flex w-full flex-col gap-2">
      {obstacle ? (
        <ObstacleNotice booking={booking} obstacle={obstacle} />
      ) : (
        <OverlapWarning booking={booking} />
      )}
      <div className="flex items-baseline justify-between gap-4">
        <p className="tabular min-w-0 text-sm text-ink-soft" aria-live="polite">
          {time ? formatTimeRange(time.starts_at, time.ends_at, zone) : t("book.no_time_yet")}
        </p>
        <p className="tabular shrink-0 text-sm">
          {seats > 1 && (
            <span className="mr-2 text-ink-faint">
              {t("book.times", { price: price(session.price), count: seats })}
            </span>
          )}
          <strong className="text-lg">{price(multiplyPrice(session.price, seats))}</strong>
        </p>
      </div>
      <BookingRules booking={booking} />
      <Button size="lg" isBusy={isBusy} className="w-full" onClick={booking.book}>
        {t(paymentKind(session, marketplace) === "online" ? "book.do_pay" : "book.do")}
      </Button>
      {me === null && (
        <p className="text-center text-xs text-ink-faint low:hidden">{t("book.sign_in_first")}</p>
      )}
    </div>
  );
}

function ObstacleNotice({ booking, obstacle }: { booking: BookingState; obstacle: Obstacle }) {
  const t = useTexts();
  const price = useFormatPrice();
  const { session } = booking;
  if (obstacle.kind === "no_time") return <Notice tone="danger">{t("book.choose_first")}</Notice>;
  const { problem, seats } = obstacle;
  if (problem.price !== null)
    return <Notice tone="warn">{t("book.price_changed", { price: price(problem.price) })}</Notice>;
  if (problem.code === "email_unverified") return <VerifyEmailNotice />;
  const words =
    problem.errors.booking_date ??
    problem.errors.local_start ??
    problem.errors.seats ??
    problem.errors.address;
  return (
    <Notice tone="danger">
      <span>
        {problem.code === "sold_out" && seats > 1
          ? t("book.sold_out_some")
          : problem.code === "creator_unavailable"
            ? t("book.busy", { name: displayName(session.creator_details) })
            : problem.code === "already_booked"
              ? t("book.already")
              : (words?.join(" ") ?? errorMessage(problem))}
      </span>
      {problem.code === "already_booked" && (
        <>
          {" "}
          <Link to="/dashboard" className="font-semibold underline underline-offset-4">
            {t("book.my_bookings")}
          </Link>
        </>
      )}
    </Notice>
  );
}
