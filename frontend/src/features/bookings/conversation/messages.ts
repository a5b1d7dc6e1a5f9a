import { messageLimits } from "~/lib/api/limits";
import type { Message, Unread } from "./queries";

export const MAX_TEXT = messageLimits.text.maxLength;
export const HINT_BELOW = 200;

type Pages = { pages: { items: Message[] }[] };

/** All loaded messages in the order in which they were written. A page may repeat one that moved to the next. */
export function inOrder({ pages }: Pages): Message[] {
  const byId = new Map(pages.flatMap(({ items }) => items).map((message) => [message.id, message]));
  return [...byId.values()].reverse();
}

/** Characters that can still be typed, counted as the server does. */
export function remaining(text: string): number {
  return MAX_TEXT - [...text.trim().normalize("NFC")].length;
}

/** The newest message that the other party wrote. */
export function newestOfOther(messages: Message[], myId: string): Message | undefined {
  return messages.filter(({ author }) => author !== myId).at(-1);
}

export function unreadOf(unread: Unread[] | undefined, bookingIds: string[]): number {
  const wanted = new Set(bookingIds);
  return (unread ?? []).reduce((sum, each) => sum + (wanted.has(each.booking) ? each.unread : 0), 0);
}

/** The number of unread messages to the user as the creator of sessions, or as a learner. */
export function unreadAs(unread: Unread[] | undefined, asCreator: boolean): number {
  return (unread ?? []).reduce((sum, each) => sum + (each.as_creator === asCreator ? each.unread : 0), 0);
}
