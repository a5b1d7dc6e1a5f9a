import { lazy, type ReactElement, Suspense, useState } from "react";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { Skeleton } from "~/components/Skeleton";
import { useFormatPrice } from "~/features/sessions/price";
import { isForSale, type Session } from "~/features/sessions/queries";
import { type Me, useMe } from "~/lib/auth/me";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";
import { BookingFields } from "./BookingFields";
import { BookingTotal } from "./BookingTotal";
import type { Choice } from "./choice";
import { NotForSale } from "./NotForSale";
import { OwnSession } from "./OwnSession";
import { type BookingState, useBooking } from "./useBooking";

const BookingPreview = lazy(() => import("./BookingPreview"));
const BookingSheet = lazy(() => import("./BookingSheet"));

export type RenderSignIn = (props: {
  summary: ReactElement | null;
  onDone: (me: Me) => void;
  onClose: () => void;
}) => ReactElement;

type Props = {
  session: Session;
  choice: Choice;
  onChoose: (change: Choice) => void;
  isWide: boolean;
  /** Signs a visitor in who books. */
  renderSignIn: RenderSignIn;
};

/** Books a session: a side panel on wide windows, a bar with a sheet on phones. */
export function BookingPanel(props: Props) {
  const { session, isWide } = props;
  const me = useMe();
  if (me === undefined) return isWide ? <Skeleton className="mt-11 h-[36rem] w-full" /> : null;
  if (me?.id === session.creator) return <OwnSession session={session} isWide={isWide} />;
  if (!isForSale(session)) return <NotForSale session={session} isWide={isWide} />;
  return <BookingForm {...props} />;
}

function BookingForm({ session, choice, onChoose, isWide, renderSignIn }: Props) {
  const booking = useBooking(session, choice, onChoose);
  const { time, seats } = booking;
  return (
    <>
      {isWide ? <BookingCard booking={booking} /> : <BookingBar booking={booking} />}
      {booking.waiting && (
        <Suspense>
          {renderSignIn({
            summary: time && <BookingPreview session={session} at={time.starts_at} seats={seats} />,
            onDone: booking.bookAs,
            onClose: booking.stopWaiting,
          })}
        </Suspense>
      )}
    </>
  );
}

function BookingCard({ booking }: { booking: BookingState }) {
  const t = useTexts();
  return (
    <aside aria-labelledby="book" className="mt-11">
      <Card className="sticky top-22 flex max-h-[calc(100dvh-8.5rem)] flex-col overflow-hidden">
        <h2 id="book" className="sr-only">
          {t("book.title")}
        </h2>
        <div className="border-b border-line px-6 py-3">
          <Price session={booking.session} />
        </div>
        <div className="min-h-0 overflow-y-auto overscroll-contain px-6 py-3">
          <BookingFields booking={booking} />
        </div>
        <div className="border-t border-line px-6 py-3">
          <BookingTotal booking={booking} />
        </div>
      </Card>
    </aside>
  );
}

function BookingBar({ booking }: { booking: BookingState }) {
  const t = useTexts();
  const zone = useZone();
  const { session, time } = booking;
  // reopen the sheet after returning from sign-in
  const [isOpen, setOpen] = useState(time !== null);
  return (
    <aside
      aria-label={t("book.title")}
      className="sticky bottom-0 z-20 -mx-4 mt-12 border-t border-line bg-raised px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:-mx-6 sm:px-6"
    >
      <div className="mx-auto flex max-w-2xl items-center justify-between gap-4">
        <div className="min-w-0">
          <Price session={session} />
          <p className="tabular truncate text-xs text-ink-soft">
            {time
              ? formatDateTime(time.starts_at, zone)
              : session.is_open
                ? t("book.open_short")
                : session.next_slot &&
                  t("book.next", { when: formatDateTime(session.next_slot.starts_at, zone) })}
          </p>
        </div>
        <Button size="lg" aria-haspopup="dialog" aria-expanded={isOpen} onClick={() => setOpen(true)}>
          {t(time ? "book.go_on" : "book.choose")}
        </Button>
      </div>
      {isOpen && (
        <Suspense>
          <BookingSheet booking={booking} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </aside>
  );
}

function Price({ session }: { session: Session }) {
  const t = useTexts();
  const price = useFormatPrice();
  return (
    <p className="tabular flex items-baseline gap-1.5">
      <strong className="text-xl">{price(session.price)}</strong>
      {Number(session.price) > 0 && session.max_participants > 1 && (
        <span className="text-sm text-ink-soft">{t("book.per_seat")}</span>
      )}
    </p>
  );
}
