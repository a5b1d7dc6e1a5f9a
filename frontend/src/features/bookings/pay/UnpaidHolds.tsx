import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TimerReset } from "lucide-react";
import { Button, buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { refetchUserData } from "~/lib/auth/me";
import { BookingSummary } from "../BookingSummary";
import { ownBookingsQuery } from "../own/queries";
import { awaitsPayment, isAllowed } from "../rules";
import type { Booking } from "../types";
import { PayCountdown } from "./PayCountdown";
import { useTexts } from "./texts";
import { useFormatCharge } from "./useFormatCharge";

const refetchSoon = () => void setTimeout(() => void refetchUserData(), 3000);

/** The learner's bookings that only hold seats until they are paid, with the time left; nothing if there are none. */
export function UnpaidHolds({ onRelease }: { onRelease: (booking: Booking) => void }) {
  const t = useTexts();
  const { data } = useInfiniteQuery(ownBookingsQuery("pending"));
  const holds = data?.pages.flatMap(({ items }) => items).filter(awaitsPayment) ?? [];
  if (holds.length === 0) return null;
  return (
    <section aria-labelledby="holds" className="mb-8">
      <h2 id="holds" className="flex items-center gap-2 text-lg">
        <TimerReset aria-hidden className="size-5 text-warn" />
        <span>{t("holds.title")}</span>
      </h2>
      <p className="mt-1 text-sm text-ink-soft">{t("holds.text")}</p>
      <ul className="mt-4 flex flex-col gap-3">
        {holds.map((booking) => (
          <li key={booking.id}>
            <Hold booking={booking} onRelease={() => onRelease(booking)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Hold({ booking, onRelease }: { booking: Booking & { pay_by: string }; onRelease: () => void }) {
  const t = useTexts();
  const charge = useFormatCharge();
  const { id, amount, pay_by, terms } = booking;
  return (
    <Card className="flex flex-wrap items-center justify-end gap-x-4 gap-y-3 p-4 sm:p-5">
      <div className="flex min-w-60 flex-1 items-start justify-between gap-3 text-sm sm:items-center">
        <div className="min-w-0">
          <BookingSummary booking={booking} />
        </div>
        <span className="tabular shrink-0 rounded-full bg-warn-soft px-3 py-1 font-semibold text-warn">
          <PayCountdown until={pay_by} onEnd={refetchSoon} /> <span>{t("holds.left")}</span>
        </span>
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        {isAllowed(booking, "cancel") && (
          <Button
            variant="quiet"
            aria-label={t("holds.drop_named", { title: terms.title })}
            onClick={onRelease}
          >
            {t("holds.drop")}
          </Button>
        )}
        {isAllowed(booking, "pay") && (
          <Link
            to="/bookings/$id/pay"
            params={{ id }}
            aria-label={t("holds.do_named", { title: terms.title })}
            className={buttonClass()}
          >
            {t("do", { amount: charge(amount) })}
          </Link>
        )}
      </div>
    </Card>
  );
}
