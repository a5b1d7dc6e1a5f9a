import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "~/components/Skeleton";
import { sessionQuery } from "~/features/sessions/queries";
import type { BookingAddress } from "./address";
import BookingPreview from "./BookingPreview";

/** What is about to be booked at the address of a session page; nothing if the session cannot be loaded. */
export default function AddressedPreview({ booking: { id, at, seats } }: { booking: BookingAddress }) {
  const { data: session, isPending } = useQuery(sessionQuery(id));
  if (isPending) return <Skeleton className="h-23" />;
  return session ? <BookingPreview session={session} at={at} seats={seats} /> : null;
}
