import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { displayName, type Me } from "~/lib/auth/me";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import type { BookingHistory } from "../types";
import { Composer } from "./Composer";
import { MessageLog } from "./MessageLog";
import { inOrder, newestOfOther, unreadOf } from "./messages";
import { conversationQuery, markRead, unreadQuery } from "./queries";
import { useTexts } from "./texts";

/** What the two parties of a booking write to each other. Showing it marks it as read. */
export default function Conversation({
  booking,
  me,
  isWriting,
}: {
  booking: BookingHistory;
  me: Me;
  isWriting: boolean;
}) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    conversationQuery(booking.id),
  );
  const messages = data ? inOrder(data) : [];
  const parties = [booking.user_details, booking.session_details.creator_details];
  const other = parties.find(({ id }) => id !== me.id) ?? booking.user_details;
  const name = displayName(other);
  useMarkRead(booking.id, newestOfOther(messages, me.id)?.id, me.impersonated_by === null);
  const isOpen = now < new Date(booking.messages_until);
  return (
    <>
      {!data && error && <ErrorState error={error} onRetry={() => void refetch()} className="py-4" />}
      {!data && !error && <Skeleton className="h-24 w-full" />}
      {data && messages.length === 0 && (
        <p className="text-sm text-ink-soft">{isOpen ? t("none", { name }) : t("none_closed")}</p>
      )}
      {messages.length > 0 && (
        <MessageLog
          messages={messages}
          parties={parties}
          myId={me.id}
          label={t("log", { name })}
          onEarlier={hasNextPage ? () => void fetchNextPage() : undefined}
          isLoadingEarlier={isFetchingNextPage}
        />
      )}
      {isOpen ? (
        <Composer bookingId={booking.id} name={name} isFocused={isWriting} />
      ) : (
        <p className="mt-3 text-sm text-ink-soft">
          {t("closed", { when: formatDateTime(booking.messages_until, zone) })}
        </p>
      )}
    </>
  );
}

/** Marks messages as read once they are shown, each only once. */
function useMarkRead(bookingId: string, newest: string | undefined, isOwnLogin: boolean) {
  const { data: unread } = useQuery(unreadQuery);
  const isUnread = unreadOf(unread, [bookingId]) > 0;
  const marked = useRef<string>(undefined);
  useEffect(() => {
    if (!newest || !isUnread || !isOwnLogin || marked.current === newest) return;
    marked.current = newest;
    // if it fails, it stays unread, which the next look tries again
    markRead(bookingId, newest).catch(() => {
      marked.current = undefined;
    });
  }, [bookingId, newest, isUnread, isOwnLogin]);
}
