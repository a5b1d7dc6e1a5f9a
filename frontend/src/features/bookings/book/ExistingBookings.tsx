import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TicketCheck } from "lucide-react";
import { useMe } from "~/lib/auth/me";
import { formatDateTime, useZone } from "~/lib/time/time";
import { awaitsPayment } from "../rules";
import { useTexts } from "../texts";
import { existingBookingsQuery } from "./queries";

/** Shows the bookings that the viewer already has for a session, to prevent booking twice by mistake. */
export function ExistingBookings({ sessionId }: { sessionId: string }) {
  const t = useTexts();
  const zone = useZone();
  const me = useMe();
  const { data: held } = useQuery({ ...existingBookingsQuery(sessionId), enabled: Boolean(me) });
  if (!me || !held?.length) return null;
  return (
    <div className="flex gap-3 rounded-control bg-accent-soft px-4 py-3 text-sm text-accent-strong">
      <TicketCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <ul className="tabular">
          {held.map((booking) => (
            <li key={booking.id}>
              <span>
                {t(
                  awaitsPayment(booking)
                    ? "book.held_unpaid"
                    : booking.status === "pending"
                      ? "book.held_pending"
                      : "book.held",
                  { when: formatDateTime(booking.booking_date, zone) },
                )}
              </span>{" "}
              {awaitsPayment(booking) && (
                <Link
                  to="/bookings/$id/pay"
                  params={{ id: booking.id }}
                  className="font-semibold underline underline-offset-4"
                >
                  {t("book.pay")}
                </Link>
              )}
            </li>
          ))}
        </ul>
        <Link to="/dashboard" className="font-semibold underline underline-offset-4">
          {t("book.my_bookings")}
        </Link>
      </div>
    </div>
  );
}
