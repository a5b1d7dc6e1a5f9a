import { useQuery } from "@tanstack/react-query";
import { Badge } from "~/components/Badge";
import { unreadOf } from "./messages";
import { unreadQuery } from "./queries";
import { useTexts } from "./texts";

/** How many messages of these bookings are unread; nothing if none are. */
export function UnreadBadge({ bookingIds }: { bookingIds: string[] }) {
  const t = useTexts();
  const { data } = useQuery(unreadQuery);
  const count = unreadOf(data, bookingIds);
  return count > 0 ? <Badge tone="accent">{t("unread", { count })}</Badge> : null;
}
