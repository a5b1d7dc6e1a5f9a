import { displayName } from "~/lib/auth/me";
import { dateKey, formatClock, formatOffset } from "~/lib/time/time";
import { awaitsPayment } from "../rules";
import type { Booking } from "../types";
import type { Texts } from "./texts";

/** Table rows for spreadsheets, with a header; times in the viewer's zone and as instants. */
export function toCsvRows(
  bookings: Booking[],
  t: Texts,
  {
    zone,
    currency,
    statusOf,
  }: { zone: string; currency: string; statusOf: (status: Booking["status"] | "unpaid") => string },
): (string | number)[][] {
  // addresses are shared by all bookings or by none
  const hasEmails = bookings.some(({ user_details }) => user_details.email !== null);
  const head = [
    t("csv.session"),
    t("csv.date"),
    t("csv.from"),
    t("csv.until"),
    t("csv.zone"),
    t("csv.utc_offset"),
    t("csv.starts_at"),
    t("csv.name"),
    ...(hasEmails ? [t("csv.email")] : []),
    t("csv.seats"),
    t("csv.amount"),
    t("csv.currency"),
    t("csv.status"),
    t("csv.booked_at"),
  ];
  const rows = bookings.map((booking) => [
    booking.terms.title,
    dateKey(booking.booking_date, zone),
    formatClock(booking.booking_date, zone),
    formatClock(booking.ends_at, zone),
    zone,
    formatOffset(booking.booking_date, zone),
    booking.booking_date,
    displayName(booking.user_details),
    ...(hasEmails ? [booking.user_details.email ?? ""] : []),
    booking.seats,
    booking.amount,
    currency,
    statusOf(awaitsPayment(booking) ? "unpaid" : booking.status),
    booking.created_at,
  ]);
  return [head, ...rows];
}
