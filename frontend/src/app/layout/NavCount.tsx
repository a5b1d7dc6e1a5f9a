import { useQuery } from "@tanstack/react-query";
import { unreadAs } from "~/features/bookings/conversation/messages";
import { unreadQuery } from "~/features/bookings/conversation/queries";
import { useTexts } from "~/features/bookings/conversation/texts";

/** The number of unread messages behind a navigation link. */
export default function NavCount({ of }: { of: string }) {
  const t = useTexts();
  const { data } = useQuery(unreadQuery);
  const isOfBookings = of === "my_bookings" || of === "creator_bookings";
  const count = isOfBookings ? unreadAs(data, of === "creator_bookings") : 0;
  if (count === 0) return null;
  return (
    <span className="tabular ml-1.5 rounded-full bg-accent px-1.5 text-xs leading-5 font-semibold text-on-accent">
      <span aria-hidden>{count > 99 ? "99+" : count}</span>
      <span className="sr-only">{t("unread", { count })}</span>
    </span>
  );
}
