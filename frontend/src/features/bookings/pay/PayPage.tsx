import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { useMe } from "~/lib/auth/me";
import { BookingConfirmed } from "../book/BookingConfirmed";
import type { BookingHistory } from "../types";
import { PayForm } from "./PayForm";
import { PaymentExpired } from "./PaymentExpired";
import { payableQuery } from "./queries";
import { useTexts } from "./texts";
import { usePaying } from "./usePaying";

/** Where a learner pays for a booking, and comes back to from the provider's page. Follows the payment until it is settled. */
export function PayPage({ id }: { id: string }) {
  const { data: booking, error, isPending, refetch } = useQuery(payableQuery(id));
  const me = useMe();
  if (isPending) return <Skeleton className="mx-auto my-10 h-[36rem] w-full max-w-xl sm:my-16" />;
  if (!booking) {
    if (isProblem(error) && (error.status === 404 || error.status === 400)) return <NotFound />;
    return <ErrorState error={error} onRetry={() => void refetch()} isPage className="py-24" />;
  }
  if (me && me.id !== booking.user) return <NotFound />;
  return <Paying booking={booking} />;
}

function Paying({ booking }: { booking: BookingHistory }) {
  const t = useTexts();
  const paying = usePaying(booking);
  switch (paying.state) {
    case "due":
    case "asking":
      return <PayForm booking={booking} paying={paying} />;
    case "expired":
      return <PaymentExpired booking={booking} />;
    default:
      return (
        <BookingConfirmed booking={booking}>
          {paying.isElsewhere && <Notice className="mt-6">{t("elsewhere")}</Notice>}
        </BookingConfirmed>
      );
  }
}
