import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { awaitsPayment } from "../rules";
import { BookingConfirmed } from "./BookingConfirmed";
import { bookingQuery } from "./queries";

/** Confirms a new booking; one that isn't paid yet leads on to its payment. */
export default function Confirmation({ bookingId }: { bookingId: string }) {
  const { data: booking, error, isPending, refetch } = useQuery(bookingQuery(bookingId));
  if (isPending) return <Skeleton className="mx-auto my-16 h-[32rem] w-full max-w-xl" />;
  if (!booking) {
    if (isProblem(error) && error.status === 404) return <NotFound />;
    return <ErrorState error={error} onRetry={() => void refetch()} isPage className="py-24" />;
  }
  if (awaitsPayment(booking)) return <Navigate to="/bookings/$id/pay" params={{ id: bookingId }} replace />;
  return <BookingConfirmed booking={booking} />;
}
