import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Cover } from "~/features/sessions/Cover";
import { useFormatPrice } from "~/features/sessions/price";
import { Venue } from "~/features/sessions/Venue";
import { displayName } from "~/lib/auth/me";
import {
  formatInOtherZone,
  formatLongDay,
  formatTime,
  showsSameTime,
  useZone,
  zoneCity,
  zoneNameAt,
} from "~/lib/time/time";
import { PaymentFact } from "../pay/PaymentFact";
import { useTexts as usePaymentTexts } from "../pay/texts";
import { awaitsPayment } from "../rules";
import { useTexts } from "../texts";
import type { Booking } from "../types";
import { WriteLink } from "../WriteLink";

export function BookedFacts({ booking }: { booking: Booking }) {
  const t = useTexts();
  const payments = usePaymentTexts();
  const zone = useZone();
  const price = useFormatPrice();
  const { session_details: session, booking_date, ends_at, utc_offset } = booking;
  const creator = session.creator_details;
  const isSameDay = formatLongDay(booking_date, zone) === formatLongDay(ends_at, zone);
  return (
    <>
      <div className="flex items-center gap-4 border-b border-line p-5">
        <div className="w-28 shrink-0 overflow-hidden rounded-control">
          <Cover session={session} isFirst />
        </div>
        <h2 className="min-w-0 text-lg leading-snug">
          <Link to="/sessions/$id" params={{ id: session.id }} className="underline-offset-4 hover:underline">
            <bdi>{booking.terms.title}</bdi>
          </Link>
        </h2>
      </div>
      <dl className="tabular grid gap-x-6 gap-y-4 p-5 sm:grid-cols-[6rem_1fr]">
        <Fact name={t("booked.when")}>
          <strong className="font-semibold">{formatLongDay(booking_date, zone)}</strong>
          <br />
          <span>{formatTime(booking_date, zone)}</span> –{" "}
          <span>
            {isSameDay
              ? formatTime(ends_at, zone)
              : `${formatLongDay(ends_at, zone)}, ${formatTime(ends_at, zone)}`}
          </span>
          <span className="block text-sm text-ink-faint">
            <span>{zoneNameAt(zone, booking_date, ends_at)}</span>
            <span>
              {!showsSameTime(booking_date, zone, utc_offset) &&
                ` · ${t("booked.there", { when: formatInOtherZone(booking_date, zone, utc_offset, session.time_zone), place: zoneCity(session.time_zone) })}`}
            </span>
          </span>
        </Fact>
        {(session.format || session.place) && (
          <Fact name={t("booked.where")}>
            <Venue session={session} visited={booking.address} />
          </Fact>
        )}
        {session.bring && (
          <Fact name={t("booked.bring")}>
            <span dir="auto" className="whitespace-pre-line">
              {session.bring}
            </span>
          </Fact>
        )}
        <Fact name={t("booked.with")}>
          <bdi>{displayName(creator)}</bdi>
          {creator.email && (
            <a
              href={`mailto:${creator.email}`}
              className="block text-sm text-accent underline-offset-4 hover:underline"
            >
              {creator.email}
            </a>
          )}
          <WriteLink
            booking={booking}
            className="block text-sm text-accent underline-offset-4 hover:underline"
          />
        </Fact>
        <Fact name={t("booked.seats")}>{booking.seats}</Fact>
        <Fact name={t("booked.price")}>{price(booking.amount)}</Fact>
        {booking.payment && !awaitsPayment(booking) && (
          <Fact name={payments("fact")}>
            <PaymentFact booking={booking} />
          </Fact>
        )}
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-sm text-ink-faint max-sm:-mb-3 sm:pt-0.5">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
