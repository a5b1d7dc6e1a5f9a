import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { StatusBadge } from "~/features/bookings/StatusBadge";
import { useFormatMoney } from "~/lib/money/money";
import { type BookingRow, bookingRows } from "../bookings/rows";
import { DateTime } from "../DateTime";
import type { Rows } from "../list/listing";
import { Panel } from "../Panel";
import { adminKeys } from "../queryKeys";
import { type SessionRow, sessionRows } from "../sessions/rows";
import { SessionBadges } from "../sessions/SessionBadges";
import { useTexts } from "../texts";
import type { AccountDetails } from "./queries";

const MAX_SHOWN = "5";
const MORE = "text-sm font-semibold text-accent underline-offset-4 hover:underline";
const ROW = "flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2.5";

/** The latest sessions of a creator. */
export function UserSessions({ account }: { account: AccountDetails }) {
  const t = useTexts();
  const money = useFormatMoney();
  return (
    <Newest<SessionRow>
      title={t("users.sessions", { count: account.sessions })}
      name="sessions"
      id={account.id}
      none={t("users.no_sessions")}
      fetchRows={(signal) =>
        sessionRows({ creator: account.id, ordering: "-created_at", limit: MAX_SHOWN }, signal)
      }
      more={
        <Link to="/admin/sessions" search={{ creator: account.id }} className={MORE}>
          {t("see_all")}
        </Link>
      }
      row={(session) => (
        <>
          <Link
            to="/admin/sessions/$id"
            params={{ id: session.id }}
            className="min-w-0 font-medium underline-offset-4 hover:underline"
          >
            <bdi>{session.title}</bdi>
          </Link>
          <span className="tabular flex items-center gap-3 text-ink-soft">
            <span>{money(session.price)}</span>
            <SessionBadges session={session} />
          </span>
        </>
      )}
    />
  );
}

/** The latest bookings of a user. */
export function UserBookings({ account }: { account: AccountDetails }) {
  const t = useTexts();
  return (
    <Newest<BookingRow>
      title={t("users.bookings", { count: account.bookings })}
      name="bookings"
      id={account.id}
      none={t("users.no_bookings")}
      fetchRows={(signal) =>
        bookingRows({ learner: account.id, ordering: "-created_at", limit: MAX_SHOWN }, signal)
      }
      more={
        <Link to="/admin/bookings" search={{ learner: account.id }} className={MORE}>
          {t("see_all")}
        </Link>
      }
      row={(booking) => (
        <>
          <Link
            to="/admin/bookings/$id"
            params={{ id: booking.id }}
            className="min-w-0 font-medium underline-offset-4 hover:underline"
          >
            <bdi>{booking.session.title}</bdi>
          </Link>
          <span className="flex items-center gap-3 text-ink-soft">
            <DateTime at={booking.booking_date} />
            <StatusBadge status={booking.status} />
          </span>
        </>
      )}
    />
  );
}

function Newest<Row extends { id: string }>({
  title,
  name,
  id,
  none,
  more,
  fetchRows,
  row,
}: {
  title: string;
  name: string;
  id: string;
  none: string;
  more: ReactElement;
  fetchRows: (signal: AbortSignal) => Promise<Rows<Row>>;
  row: (row: Row) => ReactNode;
}) {
  const query = useQuery({
    queryKey: adminKeys.newest(name, id),
    queryFn: ({ signal }) => fetchRows(signal),
  });
  const rows = query.data?.rows;
  return (
    <Panel title={title} action={rows && rows.length > 0 ? more : undefined}>
      {rows ? (
        rows.length > 0 ? (
          <ul className="divide-y divide-line text-sm">
            {rows.map((each) => (
              <li key={each.id} className={ROW}>
                {row(each)}
              </li>
            ))}
          </ul>
        ) : (
          <p className="text-sm text-ink-soft">{none}</p>
        )
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} className="py-4" />
      ) : (
        <Skeleton className="h-32 w-full" />
      )}
    </Panel>
  );
}
