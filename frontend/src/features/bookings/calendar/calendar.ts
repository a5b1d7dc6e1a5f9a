import { queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Booking } from "../types";

/** "20261203T173000Z", the iCalendar format of an instant. */
function toIcsInstant(instant: string): string {
  return new Date(instant).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

type CalendarEvent = Pick<Booking, "booking_date" | "ends_at" | "session"> & {
  terms: Pick<Booking["terms"], "title">;
};

/** A Google Calendar link with the booking filled in. */
export function googleLink({ booking_date, ends_at, session, terms }: CalendarEvent, origin: string): string {
  const link = new URL("https://calendar.google.com/calendar/render");
  link.search = new URLSearchParams({
    action: "TEMPLATE",
    text: terms.title,
    dates: `${toIcsInstant(booking_date)}/${toIcsInstant(ends_at)}`,
    details: `${origin}/sessions/${session}`,
  }).toString();
  return link.href;
}

/** Downloads a booking as an iCalendar file. Uses fetch, because a plain link cannot send the token. */
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
  // Safari reads it after the click has returned
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A file name that is valid on every file system. */
export function fileName(title: string): string {
  const name = title
    .normalize("NFKD")
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, "");
  return `${name || "booking"}.ics`.toLowerCase();
}

/** The absolute URL of the user's private feed. */
export const feedQuery = queryOptions({
  queryKey: queryKeys.calendarFeed,
  queryFn: ({ signal }) => unwrap(api.GET("/api/calendar", { signal })),
});

/** The link that opens a calendar program to subscribe to a feed. */
export function subscribeLink(url: string): string {
  return url.replace(/^https?:/, "webcal:");
}

/** Replaces the feed's URL; the old one stops working. */
export function renewFeed(): Promise<Schema<"CalendarFeedOut">> {
  return unwrap(api.POST("/api/calendar/renew"));
}
