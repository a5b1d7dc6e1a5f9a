import { useMemo } from "react";
import { StatusBadge } from "~/features/bookings/StatusBadge";
import { useTexts as useBookingTexts } from "~/features/bookings/texts";
import { displayName } from "~/lib/auth/me";
import { useFormatMoney } from "~/lib/money/money";
import { BulkBar } from "../bulk/BulkBar";
import { DateTime } from "../DateTime";
import { ListPage } from "../list/ListPage";
import type { Listing } from "../list/listing";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { type BookingRow, bookingRows } from "./rows";

const STATUSES = ["pending", "confirmed", "completed", "cancelled"] as const;

function useListing(): Listing<BookingRow> {
  const t = useTexts();
  const words = useBookingTexts();
  const money = useFormatMoney();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what writes money is the same at every drawing
  return useMemo(
    () => ({
      name: "bookings",
      ordering: "-created_at",
      fetchRows: bookingRows,
      nameOf: ({ session, user }) => `${session.title}, ${displayName(user)}`,
      linkTo: ({ id }) => ({ to: "/admin/bookings/$id", params: { id } }),
      columns: [
        {
          name: "session",
          fields: ["session_title"],
          head: t("bookings.session"),
          cell: ({ session }) => (
            <span dir="auto" className="line-clamp-2">
              {session.title}
            </span>
          ),
        },
        {
          name: "user",
          fields: ["user_username", "user_email"],
          head: t("bookings.learner"),
          cell: ({ user }) => displayName(user),
        },
        {
          name: "creator",
          fields: ["creator_username", "creator_email"],
          head: t("bookings.creator"),
          cell: ({ creator }) => displayName(creator),
        },
        {
          name: "email",
          fields: ["user_email"],
          head: t("bookings.email"),
          isSpare: true,
          cell: ({ user }) => user.email,
        },
        {
          name: "booking_date",
          head: t("bookings.starts"),
          sort: "booking_date",
          cell: ({ booking_date }) => <DateTime at={booking_date} />,
        },
        { name: "status", head: t("bookings.state"), cell: ({ status }) => <StatusBadge status={status} /> },
        { name: "seats", head: t("bookings.seats"), isNumber: true, cell: ({ seats }) => seats },
        {
          name: "amount",
          head: t("bookings.amount"),
          sort: "amount",
          isNumber: true,
          cell: ({ amount }) => money(amount),
        },
        { name: "id", head: t("id"), isSpare: true, cell: ({ id }) => <code className="text-xs">{id}</code> },
        {
          name: "created_at",
          head: t("bookings.made"),
          sort: "created_at",
          isSpare: true,
          cell: ({ created_at }) => <DateTime at={created_at} />,
        },
      ],
      filters: [
        {
          kind: "choice",
          name: "status",
          label: t("bookings.state"),
          options: STATUSES.map((value) => ({ value, label: words(`status.${value}`) })),
        },
        { kind: "days", name: "starts", label: t("bookings.starts"), from: "starts_from", to: "starts_to" },
        { kind: "session", name: "session", label: t("bookings.session") },
        { kind: "person", name: "creator", label: t("bookings.creator") },
        { kind: "person", name: "learner", label: t("bookings.learner") },
      ],
    }),
    [t, words],
  );
}

export function BookingsPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const listing = useListing();
  return (
    <ListPage
      title={t("nav.bookings")}
      listing={listing}
      search={search}
      bulk={(props) => <BulkBar kind="bookings" {...props} />}
    />
  );
}
