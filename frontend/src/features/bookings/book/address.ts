import { validateChoice } from "./choice";

/** A start and seats of a session, as the address of its page has them. */
export type BookingAddress = { id: string; at: string; seats: number };

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What the address of a session page with a chosen time is about; `null` for other addresses. */
export function bookingAddress(href: string): BookingAddress | null {
  const { pathname, searchParams } = new URL(href, "https://our.site");
  const id = /^\/sessions\/([\da-f-]{36})\/?$/i.exec(pathname)?.[1];
  const { at, seats = 1 } = validateChoice(Object.fromEntries(searchParams));
  return id && UUID.test(id) && at ? { id, at, seats } : null;
}

/** The end of a session that starts at an instant. */
export function endOf(at: string, { duration }: { duration: number }): string {
  return new Date(Date.parse(at) + duration * 60_000).toISOString();
}
