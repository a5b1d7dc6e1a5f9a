import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Booking } from "../types";

/** "20261203T173000Z", as calendars write an instant. */
function toIcsInstant(instant: string): string {
  return new Date(instant).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

type CalendarEvent = Pick<Booking, "booking_date" | "ends_at" | "session"> & {
  session_details: Pick<Booking["session_details"], "title">;
};

/** A page of Google's calendar with the booking filled in. */
export function googleLink(
  { booking_date, ends_at, session, session_details }: CalendarEvent,
  origin: string,
): string {
  const link = new URL("https://calendar.google.com/calendar/render");
  link.search = new URLSearchParams({
    action: "TEMPLATE",
    text: session_details.title,
    dates: `${toIcsInstant(booking_date)}/${toIcsInstant(ends_at)}`,
    details: `${origin}/sessions/${session}`,
  }).toString();
  return link.href;
}

/** Fetches a booking as an iCalendar file and hands it to the browser: a plain link would come without the token. */
export async function downloadCalendar(bookingId: string, name: string): Promise<void> {
  const file = (await unwrap(
    api.GET("/api/bookings/{booking_id}/calendar.ics", {
      params: { path: { booking_id: bookingId } },
      parseAs: "blob",
    }),
  )) as Blob;
  const address = URL.createObjectURL(new Blob([file], { type: "text/calendar" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: fileName(name) });
  link.click();
  // Safari still reads it after the click
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A name that every file system takes. */
export function fileName(title: string): string {
  const name = title
    .normalize("NFKD")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, "");
  return `${name || "booking"}.ics`.toLowerCase();
}

/** Where one's private feed is, from the root of the server. */
export const feedQuery = queryOptions({
  queryKey: queryKeys.calendarFeed,
  queryFn: ({ signal }) => unwrap(api.GET("/api/calendar", { signal })),
});

/** Gives the feed another address; the old one is not found from then on. */
export function renewFeed(): Promise<Schema<"CalendarFeedOut">> {
  return unwrap(api.POST("/api/calendar/renew"));
}
