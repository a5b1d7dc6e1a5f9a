import { useInfiniteQuery } from "@tanstack/react-query";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { MessageLog } from "~/features/bookings/conversation/MessageLog";
import { inOrder } from "~/features/bookings/conversation/messages";
import { staffConversationQuery } from "~/features/bookings/conversation/queries";
import { useTexts } from "../texts";
import type { BookingRecord } from "./queries";

/** What the two parties of a booking wrote to each other. */
export function Messages({ booking }: { booking: BookingRecord }) {
  const t = useTexts();
  const query = useInfiniteQuery(staffConversationQuery(booking.id));
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  if (!data) {
    if (error) return <ErrorState error={error} onRetry={() => void refetch()} className="py-4" />;
    return <Skeleton className="h-24 w-full" />;
  }
  const messages = inOrder(data);
  if (messages.length === 0) return <p className="text-sm text-ink-soft">{t("bookings.no_messages")}</p>;
  return (
    <MessageLog
      messages={messages}
      parties={[booking.user_details, booking.session_details.creator_details]}
      label={t("bookings.messages")}
      onEarlier={hasNextPage ? () => void fetchNextPage() : undefined}
      isLoadingEarlier={isFetchingNextPage}
    />
  );
}
