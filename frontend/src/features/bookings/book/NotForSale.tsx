import { Card } from "~/components/Card";
import type { Session } from "~/features/sessions/queries";
import { cn } from "~/lib/cn";
import { useTexts } from "../texts";
import { ExistingBookings } from "./ExistingBookings";

/** Shown instead of the booking panel while the session takes no bookings; existing ones stay. */
export function NotForSale({ session, isWide }: { session: Session; isWide: boolean }) {
  const t = useTexts();
  return (
    <aside aria-labelledby="not-for-sale" className={isWide ? "mt-11" : "mt-8"}>
      <Card className={cn("flex flex-col gap-4 p-6", isWide && "sticky top-22")}>
        <div>
          <h2 id="not-for-sale" className="text-lg">
            {t("book.paused_title")}
          </h2>
          <p className="mt-1.5 text-sm text-ink-soft">{t("book.paused_text")}</p>
        </div>
        <ExistingBookings sessionId={session.id} />
      </Card>
    </aside>
  );
}
