import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Skeleton } from "~/components/Skeleton";
import { displayName, useMe } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { formatMoney } from "~/lib/money/money";
import { formatDateTime, formatDistance, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { feedQuery, markNotificationsRead, type Notification } from "./queries";
import { useTexts } from "./texts";

/** What happened to the user's bookings. Showing it marks it as read. */
export default function Feed({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const me = useMe();
  const query = useInfiniteQuery(feedQuery);
  const { data, error, refetch } = query;
  const notifications = data?.pages.flatMap(({ items }) => items) ?? [];
  const newest = notifications[0];
  const marked = useRef<string>(undefined);
  const isOwnLogin = me?.impersonated_by === null;
  useEffect(() => {
    if (!newest || newest.is_read || !isOwnLogin || marked.current === newest.id) return;
    marked.current = newest.id;
    // if it fails, they stay unread, which the next look tries again
    markNotificationsRead(newest.id).catch(() => undefined);
  }, [newest, isOwnLogin]);
  return (
    <div className="flex w-72 flex-col gap-2 sm:w-80">
      <h2 className="text-sm font-semibold">{t("title")}</h2>
      {!data && error && <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />}
      {!data && !error && <Skeleton className="h-40 w-full" />}
      {data && notifications.length === 0 && <p className="text-sm text-ink-soft">{t("none")}</p>}
      {notifications.length > 0 && (
        <ul className="-mx-2 flex flex-col">
          {notifications.map((notification) => (
            <li key={notification.id}>
              <Item notification={notification} onOpen={onClose} />
            </li>
          ))}
        </ul>
      )}
      <MoreButton of={query} variant="quiet" size="sm" />
    </div>
  );
}

function amountOf({ amount, currency }: Notification): string {
  if (amount === null || currency === null) return "";
  const digits = amount.split(".")[1]?.length ?? 0;
  return formatMoney(amount, { currency, currency_digits: digits }, digits);
}

function Item({ notification, onOpen }: { notification: Notification; onOpen: () => void }) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const { kind, title, other, booking, session, created_at } = notification;
  const content = (
    <>
      <span dir="auto" className="block text-sm">
        {t(`kind.${kind}`, { name: displayName(other), title, amount: amountOf(notification) })}
      </span>
      <span className="tabular block text-xs text-ink-soft">
        <span>{t("starts", { when: formatDateTime(notification.booking_date, zone) })}</span> ·{" "}
        <time dateTime={created_at}>{formatDistance(created_at, now)}</time>
      </span>
      {!notification.is_read && <span className="text-xs font-semibold text-accent-strong">{t("new")}</span>}
    </>
  );
  const className = cn(
    "block rounded-control px-2 py-2 hover:bg-sunk",
    !notification.is_read && "bg-accent-soft",
  );
  const write = kind === "message" ? (true as const) : undefined;
  if (booking === null) {
    return kind === "seat_offered" ? (
      <Link to="/dashboard" hash="waiting" onClick={onOpen} className={className}>
        {content}
      </Link>
    ) : (
      <Link to="/sessions/$id" params={{ id: notification.session }} onClick={onOpen} className={className}>
        {content}
      </Link>
    );
  }
  if (kind === "reviewed" || kind === "review_answered")
    return (
      <Link to="/sessions/$id" params={{ id: session }} hash="reviews" onClick={onOpen} className={className}>
        {content}
      </Link>
    );
  return notification.as_creator ? (
    <Link to="/creator/bookings" search={{ booking }} onClick={onOpen} className={className}>
      {content}
    </Link>
  ) : (
    <Link to="/dashboard" search={{ booking, write }} onClick={onOpen} className={className}>
      {content}
    </Link>
  );
}
