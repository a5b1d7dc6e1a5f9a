import { Link } from "@tanstack/react-router";
import { TimerOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { useTitle } from "~/components/Page";
import { BookingSummary } from "../BookingSummary";
import { useTexts as useBookingTexts } from "../texts";
import type { BookingHistory } from "../types";
import { isOpened } from "./state";
import { useTexts } from "./texts";

/** A booking that was not paid in time, and the way to book the same again. */
export function PaymentExpired({ booking }: { booking: BookingHistory }) {
  const t = useTexts();
  const bookings = useBookingTexts();
  const title = useRef<HTMLHeadingElement>(null);
  useTitle(t("expired.title"));
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
  }, []);
  const { session, booking_date: at, seats } = booking;
  const isAhead = Date.parse(at) > Date.now();
  return (
    <div className="mx-auto w-full max-w-xl px-4 py-10 text-center sm:py-16">
      <span className="mb-6 inline-flex size-20 items-center justify-center rounded-full bg-warn-soft text-warn">
        <TimerOff aria-hidden strokeWidth={2.25} className="size-9" />
      </span>
      <h1 ref={title} tabIndex={-1} className="text-2xl outline-none sm:text-3xl">
        {t("expired.title")}
      </h1>
      <p className="mx-auto mt-3 max-w-md text-ink-soft">{t("expired.text")}</p>
      {isOpened(booking) && <p className="mx-auto mt-2 max-w-md text-ink-soft">{t("expired.opened")}</p>}
      <Card className="mt-8 p-5 text-left">
        <BookingSummary booking={booking} />
      </Card>
      <div className="mt-6 flex flex-col gap-3 sm:flex-row sm:justify-center">
        <Link
          to="/sessions/$id"
          params={{ id: session }}
          search={{ ...(isAhead && { at }), ...(seats > 1 && { seats }) }}
          className={buttonClass({ size: "lg" })}
        >
          {t("expired.again")}
        </Link>
        <Link to="/dashboard" className={buttonClass({ variant: "secondary", size: "lg" })}>
          {bookings("book.my_bookings")}
        </Link>
      </div>
    </div>
  );
}
